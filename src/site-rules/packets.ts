/** Many packets at once that the edge's own rules are asked about: one interface each way, sets of addresses and ports. */
import type { Family } from "../network/cidr.ts";
import type { Intervals } from "./intervals.ts";

export interface RuleAt {
  /** "inet filter" */
  readonly table: string;
  readonly chain: string;
  /** As `nft list ruleset` prints it, or "policy drop". */
  readonly text: string;
}

/** What a rule does to packets that it lets go on. */
export interface Effect {
  readonly kind: "source" | "destination" | "redirect" | "offload";
  readonly rule: RuleAt;
}

export interface Packets {
  readonly family: Family;
  /** The hook at which they are: before routing nobody knows where they will leave. */
  readonly hook: string;
  /** Null where they begin at the edge itself. */
  readonly iif: string | null;
  /** Null where they end at the edge itself. */
  readonly oif: string | null;
  readonly source: Intervals;
  readonly destination: Intervals;
  /** Where another address stands in the packet, or the edge's own, which nobody told. */
  readonly hidden: ReadonlySet<"source" | "destination">;
  readonly protocol: "tcp" | "udp";
  readonly sourcePort: Intervals;
  readonly destinationPort: Intervals;
  /** `invalid` to whoever asks before connection tracking has seen them. */
  readonly state: "new" | "established" | "untracked" | "invalid";
  readonly direction: "original" | "reply";
  /** Bits of the TCP header: FIN 1, SYN 2, RST 4, PSH 8, ACK 16. */
  readonly flags: number;
  /** Null where it is not known. */
  readonly mark: bigint | null;
  readonly connectionMark: bigint | null;
  /** Whether the source's address lies behind the interface by which they come. */
  readonly routed: boolean;
  /** Translations of the whole connection. */
  readonly translated: ReadonlySet<"source" | "destination">;
  readonly effects: readonly Effect[];
}

/** What one test makes of packets: those that pass it, those that don't, and those that can't be told. */
export interface Split {
  readonly yes: readonly Packets[];
  readonly no: readonly Packets[];
  readonly unsure: readonly Packets[];
}

export const all = (packets: Packets): Split => ({ yes: [packets], no: [], unsure: [] });
export const none = (packets: Packets): Split => ({ yes: [], no: [packets], unsure: [] });
export const unsure = (packets: Packets): Split => ({ yes: [], no: [], unsure: [packets] });
