/** Addresses as the proof meets them in text. */
import { contains, overlaps, type Prefix, parseAddress, parsePrefix } from "../network/cidr.ts";

export { contains, overlaps, type Prefix };

/** "10.20.0.0/20", or an address, which is the prefix of itself. Throws RangeError when it is neither. */
export const prefix = parsePrefix;

/** The host of "host:port", "[v6]:port", a URL or a bare address, when it is an address and not a name; else null. */
export function literalHost(text: string): string | null {
  const authority = text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "").replace(/^[^@/]*@/, "");
  const bracketed = /^\[([^\]]+)\]/.exec(authority)?.[1];
  return [bracketed, authority, authority.split(/[:/]/)[0]].find(isAddress) ?? null;
}

function isAddress(text: string | undefined): text is string {
  try {
    return text !== undefined && parseAddress(text) !== null;
  } catch {
    return false;
  }
}
