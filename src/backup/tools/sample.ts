/** A random sample that can be drawn again from its seed. Pure. */

/** mulberry32: small, and good enough to pick files with. Numbers in [0, 1). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `count` of `items` without repetition, in random order; the same for the same seed and set of items. */
export function drawSample(items: Iterable<string>, count: number, seed: number): string[] {
  const pool = [...items].sort();
  const random = randomFrom(seed);
  const wanted = Math.min(Math.max(0, Math.floor(count)), pool.length);
  for (let index = 0; index < wanted; index++) {
    const other = index + Math.floor(random() * (pool.length - index));
    [pool[index], pool[other]] = [pool[other] as string, pool[index] as string];
  }
  return pool.slice(0, wanted);
}
