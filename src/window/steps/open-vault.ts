/** Opens the vault on every edge, after the isolation is proved; the kernel shuts it 5 s before the segments are back. */
import { JedaError } from "../../model/errors.ts";
import { leaseFor } from "../leases.ts";
import type { Night } from "../night.ts";

export async function openVault(night: Night): Promise<void> {
  const answers = await Promise.allSettled(
    night.edges.map(async (edge) => {
      const { name } = edge.planned;
      const status = night.recorder.status.edges.find((one) => one.name === name);
      if (status === undefined) throw new JedaError("INTERNAL", `the edge ${name} is not in the plan`);
      const { timeoutMs } = await edge.client.lease(leaseFor(status, "vault", night.plan, night));
      night.recorder.record({ type: "vault-open", edge: name, timeoutMs });
    }),
  );
  const refused = answers.find((answer) => answer.status === "rejected");
  if (refused !== undefined) throw refused.reason;
}
