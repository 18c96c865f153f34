/** IPv4 and IPv6 side by side: every rule about addresses exists once for each family. Pure. */
import ipaddr from "ipaddr.js";
import type { Hospital, Segment } from "../model/hospital.ts";

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

/** The segment whose prefixes contain the address. */
export function segmentOf(hospital: Hospital, address: string): Segment | undefined {
  const parsed = ipaddr.parse(address);
  return hospital.segments.find((segment) =>
    segment.cidrs.some((cidr) => {
      const [network, bits] = ipaddr.parseCIDR(cidr);
      return network.kind() === parsed.kind() && parsed.match(network, bits);
    }),
  );
}

/** By type: a clinical, management or vault segment can never be isolated. */
export function canBeIsolated(segment: Segment): boolean {
  return segment.role === "administrative" || segment.role === "guest";
}
