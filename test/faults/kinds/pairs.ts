/** Two faults of the matrix in one window; for `--random` alone. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault, Scene } from "../fault.ts";

const longestGapMs = 10_000;

/** Those that need no plan, lab or preparation of their own. */
export function maybePaired(fault: Fault): boolean {
  const { prepare, plan, edges, byPulumi, reconnectByMs } = fault;
  return [prepare, plan, edges, byPulumi, reconnectByMs].every((own) => own === undefined);
}

/** The second one comes `gap` (in [0, 1)) of ten seconds after the first has begun. */
export function bothOf(first: Fault, second: Fault, gap: number): Fault {
  const gapMs = Math.floor(gap * longestGapMs);
  const mends = [second, first].flatMap(({ mend }) => (mend === undefined ? [] : [mend]));
  return {
    name: `${first.name}+${gapMs}ms+${second.name}`,
    states: [],
    injures: [...(first.injures ?? []), ...(second.injures ?? [])],
    async inject(scene) {
      if (first === second) return first.inject(scene);
      await Promise.all([first.inject(scene), sleep(gapMs).then(() => second.inject(scene))]);
    },
    ...(mends.length === 0
      ? {}
      : { mend: (scene) => mendAll(scene, first === second ? mends.slice(1) : mends) }),
  };
}

/** What one of them repairs may need what the other one repairs. */
async function mendAll(scene: Scene, mends: readonly NonNullable<Fault["mend"]>[]): Promise<void> {
  const failed: NonNullable<Fault["mend"]>[] = [];
  for (const mend of mends) await mend(scene).catch(() => failed.push(mend));
  for (const mend of failed) await mend(scene);
}
