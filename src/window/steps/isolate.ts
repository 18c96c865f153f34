/** Isolation: all edges or none. The lease's end is the kernel's; nothing here can lengthen it. */
import { JedaError } from "../../model/errors.ts";
import { type EdgeHold, edgeStatus, type Night } from "../context/window-context.ts";
import { together } from "../leases/all-or-none.ts";
import { leaseFor, missingLeases } from "../leases/lease-request.ts";
import { holdOpen } from "./preflight/flows.ts";
import { startCutoff } from "./preflight/preflight.ts";
import { attemptMs } from "./probe-trials.ts";

/** Throws when one edge does not hold the lease; the finaliser then undoes the others at once. */
export async function isolate(night: Night): Promise<void> {
  await refreshHeld(night);
  night.recorder.stop.signal.throwIfAborted();
  startCutoff(night);
  night.recorder.enter("isolating");
  await together(night, night.edges, (edge) => isolateOn(night, edge));
  night.recorder.enter("isolated");
}

/** Adds the lease on one edge and reads it back. @throws JedaError when the kernel does not hold all of it. */
export async function isolateOn(night: Night, edge: EdgeHold): Promise<void> {
  const { name } = edge.planned;
  const request = leaseFor(edgeStatus(night, edge), "isolation", night.plan, night);
  const { timeoutMs } = await edge.client.lease(request);
  const segments = night.plan.segments.filter((segment) => segment.isolate).map((segment) => segment.name);
  night.recorder.record({ type: "isolated", edge: name, segments, timeoutMs });
  const listing = await edge.client.list();
  const missing = missingLeases(request, listing.leases, listing.clock.bootMs);
  if (missing.length > 0) {
    throw new JedaError(
      "REFUSED",
      `the edge ${name} said it isolated, but its kernel does not hold it: ${missing.join("; ")}`,
      {
        hint: "look for drift on that edge: pulumi preview",
      },
    );
  }
}

/** Connections held since preflight may have been closed by the server's idle timeout: they are opened anew. */
async function refreshHeld(night: Night): Promise<void> {
  const before = night.held.splice(0);
  await Promise.all(
    before.map(async (held) => {
      const answer = await night.probers
        .get(held.segment)
        ?.exercise(held.id, attemptMs)
        .catch(() => "unknown");
      if (answer === "open") night.held.push(held);
      else await holdOpen(night, held.segment, held.target);
    }),
  );
}
