/** Where a window that has not ended stands, in one line: what is, and what is still to come. Never a result. Pure. */
import { leavesOut } from "../../model/runbook-order.ts";
import { isoInZone } from "../../schedule/iso.ts";
import type { WindowStatus } from "../journal/status.ts";
import { anomaliesOf } from "../verdict/verdict.ts";
import { timeOfDay } from "./quantities.ts";

/** "isolated since 00:02:10, proved; backing up records (1 of 2 saved); reconnect by 03:00:00" */
export function soFar(status: WindowStatus): string {
  const { deadlines, causes, state } = status;
  const iso = (ms: number): string => isoInZone(ms, status.plan.zone);
  const [cause] = causes;
  const by = state === "holding" ? "back at the latest at" : "reconnect by";
  return [
    ...(state === "armed" ? [`armed, to start at ${iso(deadlines.start)}`] : []),
    ...(state === "preflight"
      ? [`preflight: nothing is cut yet, and nothing will be after ${timeOfDay(iso(deadlines.startCutoff))}`]
      : []),
    ...isolation(status),
    ...work(status),
    ...(cause === undefined ? [] : [`ending: ${cause.reason}`]),
    `${by} ${timeOfDay(iso(deadlines.reconnectBy))}`,
  ].join("; ");
}

function isolation({ edges, interruptions, isolationProvedAt, state }: WindowStatus): readonly string[] {
  const gaps = interruptions.filter(({ until }) => until === null);
  if (gaps.length > 0)
    return gaps.map(({ edge, since }) => `NOT ISOLATED by ${edge} since ${timeOfDay(since)}`);
  const cut = edges.flatMap(({ isolatedAt, releasedAt }) => {
    return isolatedAt === null || releasedAt !== null ? [] : [isolatedAt];
  });
  const since = cut.toSorted().at(-1);
  if (since === undefined) return state === "isolating" ? ["isolating"] : [];
  const all = cut.length === edges.length ? "" : ` by ${cut.length} of ${edges.length} edges`;
  return [
    `isolated since ${timeOfDay(since)}${all}, ${isolationProvedAt === null ? "not proved yet" : "proved"}`,
  ];
}

function work(status: WindowStatus): readonly string[] {
  const { edges, plan, state } = status;
  const sources = status.sources.filter(({ name }) => !leavesOut(plan.runbook.without, name));
  const saved = sources.filter((source) => source.state === "saved").length;
  switch (state) {
    case "backing-up": {
      const running = sources.filter((source) => source.state === "running").map(({ name }) => name);
      return [
        `backing up${running.map((name) => ` ${name}`).join(",")} (${saved} of ${sources.length} saved)`,
      ];
    }
    case "verifying": {
      const told = sources.filter(({ verified }) => verified !== null).length;
      return [`verifying (${told} of ${saved} looked at)`];
    }
    case "holding":
      return [
        `held because of an anomaly: ${anomaliesOf(status).join("; ") || "something did not restore as saved"}`,
      ];
    case "reconnecting": {
      const back = edges.filter(({ releasedAt }) => releasedAt !== null).length;
      return [`reconnecting (${back} of ${edges.length} edges have confirmed)`];
    }
    default:
      return [];
  }
}
