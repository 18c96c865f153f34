/**
 * Watches the services that must never stop, from where their users sit, from before the isolation until after
 * the reconnection. More failures in a row than are tolerated, and the window is asked to stop.
 */

import type { Service } from "../model/hospital.ts";
import type { JournalBody } from "../model/journal.ts";
import type { Prober } from "../model/prober.ts";
import { type ProbeOutcome, probeService } from "./service-probe.ts";

export interface WatchPorts {
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** For people: when a failure began. */
  now(): string;
  record(body: JournalBody): void;
  /** Asked once, when a service is past its tolerance. */
  alarm(reason: string): void;
}

/** Equal outcomes are folded into one journal entry, which is written at the latest after so many. */
const foldAtMost = 30;

/** Runs until the signal fires; resolves when the last outcome is in the journal. */
export async function watchServices(
  services: readonly Service[],
  probers: ReadonlyMap<string, Prober>,
  ports: WatchPorts,
  signal: AbortSignal,
): Promise<void> {
  const posts = services.flatMap((service) =>
    service.users.flatMap((segment) => {
      const prober = probers.get(segment);
      return prober === undefined ? [] : [{ service, segment, prober }];
    }),
  );
  await Promise.all(posts.map((post) => watchOne(post, ports, signal)));
}

interface Post {
  readonly service: Service;
  readonly segment: string;
  readonly prober: Prober;
}

async function watchOne(post: Post, ports: WatchPorts, signal: AbortSignal): Promise<void> {
  const { service, segment, prober } = post;
  let run: { outcome: ProbeOutcome["outcome"]; detail: string; count: number } | undefined;
  const flush = (): void => {
    if (run !== undefined) ports.record({ type: "probe", service: service.name, ...run });
    run = undefined;
  };
  let failures = 0;
  let since = "";
  while (!signal.aborted) {
    const { outcome, detail } = await probeService(service, prober);
    if (run !== undefined && (run.outcome !== outcome || run.count >= foldAtMost)) flush();
    run = { outcome, detail, count: (run?.count ?? 0) + 1 };
    if (outcome === "failed" && failures++ === 0) since = ports.now();
    if (outcome === "ok") failures = 0;
    if (failures > service.probe.tolerate) {
      flush();
      ports.alarm(
        `the service ${service.name} has failed ${failures} probes in a row from ${segment} since ${since}: ${detail}`,
      );
      failures = 0;
    }
    await ports.sleep(service.probe.everyMs, signal);
  }
  flush();
}
