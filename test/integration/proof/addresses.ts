/** Hands out address blocks one after another, so that blocks touch and segments interleave. */
import { bitsOf, contains, formatAddress, formatPrefix, parsePrefix } from "../../../src/network/cidr.ts";
import type { Family } from "../../../src/proof/proof-types.ts";

export class Addresses {
  private readonly cursor = {
    ipv4: parsePrefix("10.0.0.0").first,
    ipv6: parsePrefix("2001:db8::").first,
  };
  private strangers = 0;

  /** The next free block of this length, aligned as it must be. */
  next(family: Family, length: number): string {
    const size = 1n << BigInt((family === "ipv4" ? 32 : 128) - length);
    const at = this.cursor[family];
    const first = at % size === 0n ? at : at + size - (at % size);
    this.cursor[family] = first + size;
    return formatPrefix({ family: family === "ipv4" ? 4 : 6, first, length });
  }

  lowerHalf(prefix: string): string {
    const { family, first, length } = parsePrefix(prefix);
    return formatPrefix({ family, first, length: Math.min(length + 1, bitsOf(family)) });
  }

  /** A prefix that no segment declares and that is near to none. */
  stranger(family: Family): string {
    const number = this.strangers++;
    return family === "ipv4" ? `172.16.${number}.0/24` : `fd00:${number.toString(16)}::/64`;
  }

  /** A prefix of the internet, or of what lies beyond some other wire. */
  outside(family: Family): string {
    const number = this.strangers++;
    return family === "ipv4" ? `203.0.${number}.0/24` : `2a00:${number.toString(16)}::/48`;
  }

  host(prefix: string, number: bigint): string {
    const { family, first } = parsePrefix(prefix);
    return formatAddress(family, first + number);
  }

  covers(prefix: string, address: string): boolean {
    return contains(parsePrefix(prefix), parsePrefix(address));
  }

  /** The first and the last address: where an interval that is off by one shows. */
  edgesOf(prefix: string): readonly string[] {
    const { family, first, length } = parsePrefix(prefix);
    const last = first + (1n << BigInt(bitsOf(family) - length)) - 1n;
    return [...new Set([formatAddress(family, first), formatAddress(family, last)])];
  }
}
