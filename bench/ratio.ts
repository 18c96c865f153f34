/** What pairs of times say: how many times as long one took as its peer in the same round. Pure. */

/** Milliseconds of one round, measured one right after the other. */
export interface Pair {
  readonly jedaMs: number;
  readonly peerMs: number;
}

export interface Ratio {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** @throws RangeError without pairs. */
export function ratioOf(pairs: readonly Pair[]): Ratio {
  const sorted = pairs.map(({ jedaMs, peerMs }) => jedaMs / peerMs).toSorted((a, b) => a - b);
  const at = (index: number): number => {
    const value = sorted[index];
    if (value === undefined) throw new RangeError("no pair was measured");
    return value;
  };
  const half = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? at(half) : (at(half - 1) + at(half)) / 2;
  return { min: at(0), median, max: at(sorted.length - 1) };
}

/** One of the two: `prepare` is not timed, `work` is. Both are told the round. */
export interface Contender {
  readonly prepare: (round: number) => Promise<void>;
  readonly work: (round: number) => Promise<unknown>;
}

/** Each in turn is first, so that neither always finds the caches warmed by the other. */
export async function inPairs(rounds: number, jeda: Contender, peer: Contender): Promise<readonly Pair[]> {
  const measured: Pair[] = [];
  for (let round = 0; round < rounds; round++) {
    const peerFirst = round % 2 === 1 ? await timed(peer, round) : undefined;
    const jedaMs = await timed(jeda, round);
    measured.push({ jedaMs, peerMs: peerFirst ?? (await timed(peer, round)) });
  }
  return measured;
}

async function timed({ prepare, work }: Contender, round: number): Promise<number> {
  await prepare(round);
  const began = performance.now();
  await work(round);
  return performance.now() - began;
}
