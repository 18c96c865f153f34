/** Addresses as the proof meets them in text. */
import { contains, overlaps, type Prefix, parseAddress, parsePrefix } from "./cidr.ts";

export { contains, overlaps, type Prefix };

/** "10.20.0.0/20", or an address, which is the prefix of itself. Throws RangeError when it is neither. */
export const prefix = parsePrefix;

/** The host of "host:port", "[v6]:port", a URL or a bare address, when it is an address and not a name; else null. */
export function literalHost(text: string): string | null {
  const authority = authorityOf(text);
  const bracketed = /^\[([^\]]+)\]/.exec(authority)?.[1];
  return [bracketed, authority, authority.split(/[:/?#]/)[0]].find(isAddress) ?? null;
}

/** The same of a name too; null for an empty one. */
export function hostOf(text: string): string | null {
  return literalHost(text) ?? (authorityOf(text).split(/[:/?#]/)[0] || null);
}

/** An address that never leaves the machine that uses it. */
export function isLoopback(address: string): boolean {
  const own = prefix(address);
  return ["127.0.0.0/8", "::1", "0.0.0.0", "::"].some((local) => contains(prefix(local), own));
}

function authorityOf(text: string): string {
  return text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "").replace(/^[^@/?#]*@/, "");
}

function isAddress(text: string | undefined): text is string {
  try {
    return text !== undefined && parseAddress(text) !== null;
  } catch {
    return false;
  }
}
