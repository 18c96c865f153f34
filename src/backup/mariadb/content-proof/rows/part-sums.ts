/** Adds up hashes, by part and in all. The first 64 bits of each, in two halves: numbers are faster than BigInt. */
import { PARTS, type Parts, type Sum } from "../proof.ts";

/** Halves of 32 bits: so many of them still fit into a number's 53 bits. */
const MOST = 2 ** 20;

export class PartSums {
  readonly #rows = new Float64Array(PARTS);
  readonly #high = new Float64Array(PARTS);
  readonly #low = new Float64Array(PARTS);
  readonly #carried: bigint[] = new Array(PARTS).fill(0n);
  #pending = 0;

  /** @param hash in hexadecimal, which is faster to come by than bytes. */
  add(hash: string): void {
    const high = Number.parseInt(hash.slice(0, 8), 16);
    const part = high >>> 24;
    this.#rows[part] = (this.#rows[part] as number) + 1;
    this.#high[part] = (this.#high[part] as number) + high;
    this.#low[part] = (this.#low[part] as number) + Number.parseInt(hash.slice(8, 16), 16);
    if (++this.#pending === MOST) this.#carry();
  }

  end(): { readonly sum: Sum; readonly parts: Parts } {
    this.#carry();
    const parts: Record<string, Sum> = {};
    let rows = 0;
    let sum = 0n;
    for (let part = 0; part < PARTS; part++) {
      const count = this.#rows[part] as number;
      if (count === 0) continue;
      rows += count;
      sum += this.#carried[part] as bigint;
      parts[part.toString(16).padStart(2, "0")] = { rows: count, sum: `${this.#carried[part]}` };
    }
    return { sum: { rows, sum: `${sum}` }, parts };
  }

  #carry(): void {
    for (let part = 0; part < PARTS; part++) {
      const high = BigInt(this.#high[part] as number) << 32n;
      this.#carried[part] = (this.#carried[part] as bigint) + high + BigInt(this.#low[part] as number);
    }
    this.#high.fill(0);
    this.#low.fill(0);
    this.#pending = 0;
  }
}
