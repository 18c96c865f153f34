/**
 * Randomness that is the same on every machine and in every run: AES-128-CTR over zeros, keyed by a seed.
 * Fast enough for a gibibyte in a second.
 */
import { createCipheriv, createHash } from "node:crypto";

export class SeededRandom {
  readonly #cipher;
  #pool: Buffer = Buffer.alloc(0);
  #used = 0;

  constructor(seed: string) {
    const key = createHash("sha256").update(seed).digest();
    this.#cipher = createCipheriv("aes-128-ctr", key.subarray(0, 16), key.subarray(16, 32));
  }

  bytes(count: number): Buffer {
    return this.#cipher.update(Buffer.alloc(count));
  }

  /** An integer from 0 up to, not including, `bound` (at most 2^31). */
  below(bound: number): number {
    if (this.#used + 4 > this.#pool.length) {
      this.#pool = this.bytes(4096);
      this.#used = 0;
    }
    const value = this.#pool.readUInt32LE(this.#used);
    this.#used += 4;
    return Math.floor((value / 0x1_0000_0000) * bound);
  }

  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  pick<T>(choices: readonly T[]): T {
    const chosen = choices[this.below(choices.length)];
    if (chosen === undefined) throw new RangeError("nothing to choose from");
    return chosen;
  }
}
