/** The cells: every fault in every state where it means something; or at random moments, from a seed. */
import type { Cell, Fault } from "./fault.ts";
import { absenceFaults } from "./kinds/absences.ts";
import { backupHostFaults } from "./kinds/backup-host.ts";
import { clinicalFaults } from "./kinds/clinical.ts";
import { clockFaults } from "./kinds/clocks.ts";
import { edgeFaults } from "./kinds/edge.ts";
import { freezeFaults, randomFreezes } from "./kinds/freezes.ts";
import { greetingFaults } from "./kinds/greetings.ts";
import { journalFaults } from "./kinds/journals.ts";
import { limitFaults } from "./kinds/limits.ts";
import { linkFaults } from "./kinds/links.ts";
import { bothOf, maybePaired } from "./kinds/pairs.ts";
import { peopleFaults } from "./kinds/people.ts";
import { pulumiFaults } from "./kinds/pulumi.ts";
import { randomKills } from "./kinds/random-kills.ts";
import { runnerFaults } from "./kinds/runner.ts";
import { sourceFaults } from "./kinds/sources.ts";
import { sshFaults } from "./kinds/ssh.ts";
import { twoEdgesFaults } from "./kinds/two-edges.ts";

export const faults: readonly Fault[] = [
  ...runnerFaults,
  ...edgeFaults,
  ...backupHostFaults,
  ...sourceFaults,
  ...clinicalFaults,
  ...peopleFaults,
  ...sshFaults,
  ...clockFaults,
  ...journalFaults,
  ...pulumiFaults,
  ...twoEdgesFaults,
  ...freezeFaults,
  ...linkFaults,
  ...limitFaults,
  ...absenceFaults,
  ...greetingFaults,
];

export const wholeMatrix: readonly Cell[] = faults.flatMap((fault) =>
  fault.states.map((state) => ({ name: `${state}/${fault.name}`, fault, state })),
);

/** Cells whose name contains one of the comma-separated parts; `*` stands for anything. */
export function chosen(pattern: string, cells: readonly Cell[] = wholeMatrix): readonly Cell[] {
  const parts = pattern.split(",").map((part) => {
    const escaped = part.trim().replaceAll(/[.+?{}()|[\]\\]/g, "\\$&");
    return new RegExp(escaped.replaceAll("*", ".*"));
  });
  return cells.filter(({ name }) => parts.some((part) => part.test(name)));
}

/**
 * The same cells, so that a run that is broken off has seen as many faults as it could: each fault once before any
 * a second time, beginning with another state for each.
 */
export function breadthFirst(cells: readonly Cell[]): readonly Cell[] {
  const kinds = [...new Set(cells.map(({ fault }) => fault))];
  const rounds = kinds.map((kind, index) => {
    const own = cells.filter(({ fault }) => fault === kind);
    const first = index % own.length;
    return [...own.slice(first), ...own.slice(0, first)];
  });
  const longest = Math.max(0, ...rounds.map((own) => own.length));
  return Array.from({ length: longest }, (_, round) => rounds.flatMap((own) => own[round] ?? [])).flat();
}

/** Moments of a whole window on the tiny lab, and a little after it: milliseconds after arming. */
const longestMs = 25_000;

/** In turn: any processes killed, a fault of the matrix, any processes stopped for a while, two faults of the matrix. */
export function randomCells(count: number, seed: number, among: readonly Cell[]): readonly Cell[] {
  const next = mulberry32(seed);
  const kinds = [...new Set(among.map(({ fault }) => fault))];
  const pairable = kinds.filter(maybePaired);
  const oneOf = (some: readonly Fault[]): Fault => {
    const fault = some[Math.floor(next() * some.length)];
    if (fault === undefined) throw new Error("no fault to choose from");
    return fault;
  };
  const turns = [
    () => randomKills(next),
    () => oneOf(kinds),
    () => randomFreezes(next),
    () => (pairable.length === 0 ? oneOf(kinds) : bothOf(oneOf(pairable), oneOf(pairable), next())),
  ] as const;
  return Array.from({ length: count }, (_, index) => {
    const fault = (turns[index % turns.length] ?? turns[0])();
    const afterMs = Math.floor(next() * longestMs);
    return { name: `random-${index + 1}/${fault.name}@${afterMs}ms`, fault, state: null, afterMs };
  });
}

/** A small generator of numbers in [0, 1): the same seed gives the same faults at the same moments. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
