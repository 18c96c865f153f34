/** IPv4 and IPv6 side by side: every rule about addresses exists once for each family. Pure. */
import type { Hospital, Segment } from "../../model/hospital.ts";
import { contains, parsePrefix } from "../../network/cidr.ts";

export interface Family {
  readonly name: "v4" | "v6";
  /** nft's word for the address family in a match. */
  readonly word: "ip" | "ip6";
}

export const families: readonly Family[] = [
  { name: "v4", word: "ip" },
  { name: "v6", word: "ip6" },
];

/** Those of the addresses or prefixes that belong to the family. */
export function ofFamily(family: Family, values: readonly string[]): string[] {
  return values.filter((value) => value.includes(":") === (family.name === "v6"));
}

/** The segment whose prefixes contain the address, or all of a prefix. */
export function segmentOf(hospital: Hospital, addressOrPrefix: string): Segment | undefined {
  const inner = parsePrefix(addressOrPrefix);
  return hospital.segments.find(({ cidrs }) => cidrs.some((cidr) => contains(parsePrefix(cidr), inner)));
}

/** By type: a clinical, management or vault segment can never be isolated. */
export function canBeIsolated(segment: Segment): boolean {
  return segment.role === "administrative" || segment.role === "guest";
}
