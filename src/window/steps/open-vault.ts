/** Opens the vault on every edge, after the isolation is proved; the kernel shuts it 5 s before the segments are back. */

import type { Night } from "../context/window-context.ts";
import { together } from "../leases/all-or-none.ts";
import { openOn, provedIsolation } from "../leases/vault-lease.ts";
import { look } from "./lease-reconcile.ts";

/**
 * Each edge is looked at first: a gap since the proof is closed and proved anew, or this throws.
 * @throws JedaError when one edge does not open it; the finaliser then shuts it on the others at once.
 */
export async function openVault(night: Night): Promise<void> {
  const { signal } = night.recorder.stop;
  await together(night, night.edges, (edge) => edge.turn.run(() => look(night, edge, signal)));
  signal.throwIfAborted();
  const proof = provedIsolation(night);
  await together(night, night.edges, (edge) => edge.turn.run(() => openOn(night, edge, proof)));
}
