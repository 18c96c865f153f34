/** Prefixes with what belongs to them, found without comparing each with each. Pure. */
import { bitsOf, compare, contains, type Family, lastOf, type Prefix } from "./cidr.ts";

export class PrefixIndex<E extends { readonly prefix: Prefix }> {
  /** Lowest first, a wider prefix before those inside it. */
  readonly #sorted: readonly E[];
  readonly #byPrefix = new Map<string, E[]>();
  readonly #lengths: Readonly<Record<Family, ReadonlySet<number>>>;

  constructor(entries: Iterable<E>) {
    this.#sorted = [...entries].sort((a, b) => compare(a.prefix, b.prefix));
    const lengths = { 4: new Set<number>(), 6: new Set<number>() };
    for (const entry of this.#sorted) {
      const { family, first, length } = entry.prefix;
      const key = keyOf(family, first, length);
      const same = this.#byPrefix.get(key);
      if (same === undefined) this.#byPrefix.set(key, [entry]);
      else same.push(entry);
      lengths[family].add(length);
    }
    this.#lengths = lengths;
  }

  /** Those that hold every address of `wanted`, the widest first. */
  holding(wanted: Prefix): readonly E[] {
    const { family, first, length } = wanted;
    const wider = [...this.#lengths[family]].filter((one) => one <= length).sort((a, b) => a - b);
    return wider.flatMap((one) => {
      const hostBits = BigInt(bitsOf(family) - one);
      return this.#byPrefix.get(keyOf(family, (first >> hostBits) << hostBits, one)) ?? [];
    });
  }

  /** Those that share an address with `wanted`. */
  touching(wanted: Prefix): readonly E[] {
    const around = this.holding(wanted).filter(({ prefix }) => prefix.length < wanted.length);
    const inside: E[] = [];
    const last = lastOf(wanted);
    for (let at = this.#firstFrom(wanted); at < this.#sorted.length; at++) {
      const entry = this.#sorted[at];
      if (entry === undefined || entry.prefix.family !== wanted.family || entry.prefix.first > last) break;
      if (contains(wanted, entry.prefix)) inside.push(entry);
    }
    return [...around, ...inside];
  }

  #firstFrom(wanted: Prefix): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = this.#sorted[middle];
      if (entry !== undefined && compare({ ...entry.prefix, length: 0 }, { ...wanted, length: 0 }) < 0) {
        low = middle + 1;
      } else high = middle;
    }
    return low;
  }
}

function keyOf(family: Family, first: bigint, length: number): string {
  return `${family} ${first.toString(36)}/${length}`;
}
