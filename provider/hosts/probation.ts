/** One commit-confirmed change of an edge's policy: it stays only if every service still answers afterwards. */

import type { EdgeClient, Transition } from "../../src/model/edge-protocol.ts";
import { JedaError } from "../../src/model/errors.ts";
import type { ProbeTarget, Service } from "../../src/model/hospital.ts";
import type { Prober } from "../../src/model/prober.ts";
import { type ProbeOutcome, probeService } from "../../src/probe/service-probe.ts";
import type { Log } from "../engine/handler.ts";

export interface ServiceProbe {
  readonly service: string;
  /** Segment of the users. */
  readonly from: string;
  /** OpenSSH destination inside that segment. */
  readonly via: string;
  readonly target: ProbeTarget;
  readonly whenUnknown: "proceed" | "refuse";
}

/** Milliseconds until the edge's kernel goes back to the former policy by itself. */
export const PROBATION_MS = 30_000;
const TRIES = 3;

/** A probe needs of a service only what is asked; the rest of the model stays with the program. */
function serviceOf({ service, target, whenUnknown }: ServiceProbe): Service {
  return {
    name: service,
    at: "",
    users: [],
    needs: [],
    probe: { target, everyMs: 0, tolerate: 0 },
    whenUnknown,
  };
}

async function tryProbe(
  probe: ServiceProbe,
  connect: (via: string) => Prober,
  tries: number,
): Promise<ProbeOutcome> {
  let last: ProbeOutcome = { outcome: "unknown", detail: "not asked" };
  for (let nth = 0; nth < tries && last.outcome !== "ok"; nth += 1) {
    // A prober of its own each time: one that connected before the change would prove nothing.
    const prober = connect(probe.via);
    last = await probeService(serviceOf(probe), prober);
    await prober.close().catch(() => {});
  }
  return last;
}

function verdict(probe: ServiceProbe, before: ProbeOutcome, after: ProbeOutcome): string | null {
  if (after.outcome === "ok") return null;
  const where = `${probe.service}, asked from ${probe.from} (${probe.via})`;
  if (after.outcome === "failed") {
    const since = before.outcome === "ok" ? "no longer answers" : "did not answer before the change either";
    return `${where}, ${since}: ${after.detail}`;
  }
  // The way to the prober was there and is gone: the change did that, whatever the policy says of unknown ones.
  if (before.outcome !== "unknown") return `${where}, can't be asked any more: ${after.detail}`;
  return probe.whenUnknown === "refuse" ? `${where}, can't be asked: ${after.detail}` : null;
}

/** Applies, probes, confirms over a new connection. Throws after reverting when the policy must not stay. */
export async function applyOnProbation(
  client: EdgeClient,
  transition: Transition,
  probes: readonly ServiceProbe[],
  connect: (via: string) => Prober,
  log: Log,
): Promise<void> {
  const before = await Promise.all(probes.map((probe) => tryProbe(probe, connect, 1)));
  await client.apply(transition, PROBATION_MS);
  try {
    const after = await Promise.all(probes.map((probe) => tryProbe(probe, connect, TRIES)));
    const problems = probes.flatMap((probe, at) => {
      const [was, is] = [before[at], after[at]];
      return was === undefined || is === undefined ? [] : (verdict(probe, was, is) ?? []);
    });
    if (problems.length > 0) {
      throw new JedaError(
        "SERVICE",
        `the new policy of ${client.name} does not stay: ${problems.join("; ")}`,
        {
          hint: "The services' probes and the rules of the segments they run in are in the stack's configuration.",
        },
      );
    }
    await client.confirm();
    for (const [at, probe] of probes.entries()) {
      if (after[at]?.outcome === "unknown") {
        await log.warning(
          `${probe.service} could not be asked from ${probe.from}; went on, as its whenUnknown says`,
        );
      }
    }
  } catch (error) {
    // Where this does not get through either, the kernel goes back by itself.
    await client.revert().catch(() => {});
    throw new JedaError(
      error instanceof JedaError ? error.code : "INTERNAL",
      error instanceof Error ? error.message : String(error),
      {
        hint: error instanceof JedaError ? (error.hint ?? "") : "",
        changed: `nothing that lasts: ${client.name} is back on its former policy, within ${PROBATION_MS / 1000} s at the latest`,
        cause: error,
      },
    );
  }
}
