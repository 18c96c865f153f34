/**
 * Address arithmetic on prefixes of both families. Pure. A prefix is held as its first address (a bigint)
 * and its length; only canonical prefixes exist, because parsing clears the host bits.
 */
import ipaddr from "ipaddr.js";

export type Family = 4 | 6;

export interface Prefix {
  readonly family: Family;
  /** The first address, host bits zero. */
  readonly first: bigint;
  readonly length: number;
}

/** Bits of an address of this family. */
export const bitsOf = (family: Family): number => (family === 4 ? 32 : 128);

const sizeOf = (prefix: Prefix): bigint => 1n << BigInt(bitsOf(prefix.family) - prefix.length);

export const lastOf = (prefix: Prefix): bigint => prefix.first + sizeOf(prefix) - 1n;

/** @throws RangeError when `text` is not an address; a zone ("%eth0") and shortened IPv4 are refused. */
export function parseAddress(text: string): { readonly family: Family; readonly value: bigint } {
  if (text.includes("%")) throw new RangeError("an address with a zone belongs to one host only");
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return { family: 4, value: toBigint(ipaddr.IPv4.parse(text).toByteArray()) };
  }
  if (text.includes(":") && ipaddr.IPv6.isValid(text)) {
    return { family: 6, value: toBigint(ipaddr.IPv6.parse(text).toByteArray()) };
  }
  throw new RangeError("not an IPv4 or IPv6 address");
}

/**
 * Reads "10.20.0.0/20", "2001:db8::/32" or a single address, and clears host bits.
 * @throws RangeError saying what is wrong with `text`
 */
export function parsePrefix(text: string): Prefix {
  const [address = "", length, ...rest] = text.split("/");
  if (rest.length > 0) throw new RangeError("more than one slash");
  const { family, value } = parseAddress(address);
  const bits = bitsOf(family);
  if (length !== undefined && !/^(0|[1-9][0-9]{0,2})$/.test(length)) {
    throw new RangeError(`the length after the slash must be a number from 0 to ${bits}`);
  }
  const bitsKept = length === undefined ? bits : Number(length);
  if (bitsKept > bits) throw new RangeError(`the length after the slash must be at most ${bits}`);
  const hostBits = BigInt(bits - bitsKept);
  return { family, first: (value >> hostBits) << hostBits, length: bitsKept };
}

/** The canonical text: RFC 5952 for IPv6, always with a length. */
export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix.family, prefix.first)}/${prefix.length}`;
}

export function formatAddress(family: Family, value: bigint): string {
  const bytes: number[] = [];
  for (let shift = bitsOf(family) - 8; shift >= 0; shift -= 8) {
    bytes.push(Number((value >> BigInt(shift)) & 255n));
  }
  return family === 4 ? new ipaddr.IPv4(bytes).toString() : new ipaddr.IPv6(bytes).toRFC5952String();
}

/** Does `outer` hold every address of `inner`? */
export function contains(outer: Prefix, inner: Prefix): boolean {
  return outer.family === inner.family && outer.first <= inner.first && lastOf(inner) <= lastOf(outer);
}

/** Two prefixes share an address exactly when one contains the other. */
export function overlaps(a: Prefix, b: Prefix): boolean {
  return contains(a, b) || contains(b, a);
}

/** What is left of `from` without `hole`: disjoint prefixes, lowest first. */
export function subtract(from: Prefix, hole: Prefix): Prefix[] {
  if (!overlaps(from, hole)) return [from];
  if (contains(hole, from)) return [];
  return halves(from).flatMap((half) => subtract(half, hole));
}

/**
 * The same addresses as disjoint prefixes, lowest first, IPv4 before IPv6. Neighbours are not merged: an
 * operator finds what was written, and interval sets need no `auto-merge` (which joins lease timeouts).
 */
export function makeDisjoint(prefixes: readonly Prefix[]): Prefix[] {
  const kept: Prefix[] = [];
  // In this order whatever holds a prefix stands before it, and nothing that is kept between the two.
  for (const prefix of [...prefixes].sort(compare)) {
    const before = kept.at(-1);
    if (before === undefined || !contains(before, prefix)) kept.push(prefix);
  }
  return kept;
}

export function compare(a: Prefix, b: Prefix): number {
  if (a.family !== b.family) return a.family - b.family;
  if (a.first !== b.first) return a.first < b.first ? -1 : 1;
  return a.length - b.length;
}

function halves(prefix: Prefix): [Prefix, Prefix] {
  const length = prefix.length + 1;
  const lower: Prefix = { ...prefix, length };
  return [lower, { ...lower, first: prefix.first + sizeOf(lower) }];
}

function toBigint(bytes: readonly number[]): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
