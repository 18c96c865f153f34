/** The vault's lease on one edge: given only to whoever holds a proof of the isolation that stands there now. */
import { JedaError } from "../../model/errors.ts";
import { type EdgeHold, edgeStatus, type Night } from "../context/window-context.ts";
import type { IsolationProof } from "../verdict/isolation-proof.ts";
import { holdsAll, leaseFor } from "./lease-request.ts";

/**
 * Asks the kernel once more for the isolation, and opens the vault there.
 * @throws JedaError REFUSED when the proof stands no more or the kernel does not hold all of the isolation, and
 *   what the edge refuses with.
 */
export async function openOn(night: Night, edge: EdgeHold, proof: IsolationProof): Promise<void> {
  const { name } = edge.planned;
  const { clock, leases } = await edge.client.list();
  demand(night, proof);
  const status = edgeStatus(night, edge);
  const same = clock.bootId === status.clock?.bootId && clock.fence === status.clock.fence;
  if (!same || !holdsAll(leaseFor(status, "isolation", night.plan), leases)) {
    throw refused(`the edge ${name} does not hold the isolation that was proved`);
  }
  const { timeoutMs } = await edge.client.lease(leaseFor(status, "vault", night.plan, night));
  night.recorder.record({ type: "vault-open", edge: name, timeoutMs });
}

/** What this runner has proved, as long as it stands. @throws JedaError REFUSED */
export function provedIsolation(night: Night): IsolationProof {
  if (night.isolation === null) throw refused("this runner has not proved the isolation");
  return demand(night, night.isolation);
}

function demand(night: Night, proof: IsolationProof): IsolationProof {
  if (proof.stands(night.recorder.status)) return proof;
  throw refused("the isolation has changed since it was proved");
}

function refused(why: string): JedaError {
  return new JedaError("REFUSED", `the vault stays shut: ${why}`, {
    hint: "nothing can be backed up without a proved isolation; everything is reconnected",
  });
}
