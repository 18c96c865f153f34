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
  const both = first === second ? [first] : [first, second];
  let done: readonly Fault[] = [];
  const inject = async (fault: Fault, scene: Scene): Promise<void> => {
    try {
      await fault.inject(scene);
      done = [...done, fault];
    } catch (error) {
      // A host that is off by the other fault has nothing left to be harmed.
      if (!/ is not running/.test(String(error))) throw error;
    }
  };
  return {
    name: `${first.name}+${gapMs}ms+${second.name}`,
    states: [],
    injures: both.flatMap(({ injures }) => injures ?? []),
    async inject(scene) {
      await Promise.all(both.map((fault, turn) => sleep(turn * gapMs).then(() => inject(fault, scene))));
    },
    ...(both.every(({ mend }) => mend === undefined) ? {} : { mend: (scene) => mendAll(scene, done) }),
  };
}

/** What one of them repairs may need what the other one repairs. */
async function mendAll(scene: Scene, faults: readonly Fault[]): Promise<void> {
  const mends = faults.toReversed().flatMap(({ mend }) => (mend === undefined ? [] : [mend]));
  const failed: NonNullable<Fault["mend"]>[] = [];
  for (const mend of mends) await mend(scene).catch(() => failed.push(mend));
  for (const mend of failed) await mend(scene);
}
