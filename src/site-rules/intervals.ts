/** Sets of numbers as inclusive, disjoint intervals, lowest first: addresses and ports of many packets at once. Pure. */
import { bitsOf, type Family, type Prefix, parseAddress, parsePrefix } from "../network/cidr.ts";

export type Interval = readonly [first: bigint, last: bigint];
export type Intervals = readonly Interval[];

export function union(parts: Intervals): Intervals {
  const sorted = [...parts].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  const joined: [bigint, bigint][] = [];
  for (const [first, last] of sorted) {
    const open = joined.at(-1);
    if (open !== undefined && first <= open[1] + 1n) open[1] = later(last, open[1]);
    else joined.push([first, last]);
  }
  return joined;
}

const earlier = (a: bigint, b: bigint): bigint => [a, b][Number(b < a)] ?? a;
const later = (a: bigint, b: bigint): bigint => [a, b][Number(b > a)] ?? a;

/** What of `whole` lies in `part`, and what does not. */
export function split(
  whole: Intervals,
  part: Intervals,
): { readonly inside: Intervals; readonly outside: Intervals } {
  const inside: Interval[] = [];
  const outside: Interval[] = [];
  for (const [first, last] of whole) {
    let at = first;
    for (let index = firstReaching(part, first); index < part.length; index++) {
      const [from = 0n, to = 0n] = part[index] ?? [];
      if (from > last) break;
      if (from > at) outside.push([at, from - 1n]);
      inside.push([later(from, at), earlier(to, last)]);
      at = to + 1n;
      if (at > last) break;
    }
    if (at <= last) outside.push([at, last]);
  }
  return { inside, outside };
}

/** Index of the first interval that ends at `value` or later. */
function firstReaching(part: Intervals, value: bigint): number {
  let low = 0;
  let high = part.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((part[middle]?.[1] ?? 0n) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function everyAddress(family: Family): Intervals {
  return [[0n, (1n << BigInt(bitsOf(family))) - 1n]];
}

export const everyPort: Intervals = [[0n, 65_535n]];

export function ofPrefixes(prefixes: readonly string[], family: Family): Intervals {
  return union(
    prefixes
      .map(parsePrefix)
      .filter((one) => one.family === family)
      .map(ofPrefix),
  );
}

function ofPrefix({ family, first, length }: Prefix): Interval {
  return [first, first + (1n << BigInt(bitsOf(family) - length)) - 1n];
}

/** "10.0.0.0/8", "10.0.0.1-10.0.0.9", "10.0.0.1"; null for what is no address. */
export function addressesIn(text: string): { readonly family: Family; readonly interval: Interval } | null {
  try {
    const [from = "", to, ...rest] = text.split("-");
    if (rest.length > 0) return null;
    if (to === undefined) {
      const prefix = parsePrefix(from);
      return { family: prefix.family, interval: ofPrefix(prefix) };
    }
    const [first, last] = [parseAddress(from), parseAddress(to)];
    return first.family === last.family
      ? { family: first.family, interval: [first.value, last.value] }
      : null;
  } catch {
    return null;
  }
}

/** "80", "80-90", "0x50"; null for what is no number. */
export function numbersIn(text: string): Interval | null {
  const [, from, to] = /^(\d+|0x[0-9a-f]+)(?:-(\d+|0x[0-9a-f]+))?$/i.exec(text) ?? [];
  return from === undefined ? null : [BigInt(from), BigInt(to ?? from)];
}
