/** Opens the vault on every edge, after the isolation is proved; the kernel shuts it 5 s before the segments are back. */
import { leaseFor } from "../leases.ts";
import { type EdgeHold, edgeStatus, type Night } from "../night.ts";
import { together } from "../together.ts";

/** Throws when one edge does not open it; the finaliser then shuts it on the others at once. */
export function openVault(night: Night): Promise<void> {
  return together(night, night.edges, (edge) => edge.turn.run(() => openOn(night, edge)));
}

/** @throws JedaError what the edge refuses with. */
export async function openOn(night: Night, edge: EdgeHold): Promise<void> {
  const request = leaseFor(edgeStatus(night, edge), "vault", night.plan, night);
  const { timeoutMs } = await edge.client.lease(request);
  night.recorder.record({ type: "vault-open", edge: edge.planned.name, timeoutMs });
}
