/**
 * The vocabulary of the flow proof: who sends what to whom, when, and whether it arrives. Pure types; the proof
 * is computed from a `Hospital` alone and never from the ruleset, so that the two can be compared.
 */

import type { Runbook } from "../model/runbook.ts";

export type Family = "ipv4" | "ipv6";

/** Moments of a window that differ in what is open. `after` is `before` again: every lease has ended. */
export type Phase = "before" | "isolated" | "vault-open" | "after";
export const phases: readonly Phase[] = ["before", "isolated", "vault-open", "after"];

export type Place =
  /** A host with an address that the segment declares. */
  | { readonly kind: "segment"; readonly segment: string }
  /** A host on the segment's wire with an address that no segment declares. */
  | { readonly kind: "undeclared"; readonly segment: string }
  /** A host on one wire with an address that another segment declares; `segment` is null on an uplink's wire. */
  | { readonly kind: "strayed"; readonly segment: string | null; readonly claims: string }
  | { readonly kind: "uplink"; readonly uplink: string }
  /** A proxy, resolver or tunnel on the edge itself. */
  | { readonly kind: "edge-service"; readonly service: string }
  /** The edge's own SSH. */
  | { readonly kind: "edge" }
  | { readonly kind: "backup-host" }
  /** An address that the control path names, in a management segment. */
  | { readonly kind: "control"; readonly segment: string };

export interface Port {
  readonly protocol: "tcp" | "udp";
  readonly port: number;
}

/**
 * One direction of a session. `begunBy` says which end sent the session's very first packet; `forgotten` is a TCP
 * session's packet that the edge knows nothing of, as after its restart.
 */
export interface Packet {
  readonly from: Place;
  readonly to: Place;
  readonly family: Family;
  /** The port of the session's server, in both directions. */
  readonly at: Port;
  readonly begunBy: "sender" | "receiver" | "forgotten";
  /** An ICMP error about a session between these two, from one of them or from a router on the way. */
  readonly about?: { readonly opener: Place; readonly server: Place };
}

export interface Verdict {
  /** `unknown` only where rules that are not jeda's can't be judged. */
  readonly flow: "open" | "cut" | "unknown";
  /**
   * The rule that decides, by the id that stands in its comment in the ruleset; `policy` is the chains' accept. In a
   * line that stands for several openers `*` is the name of whichever of them.
   */
  readonly rule: string;
}

export type FlowKind =
  | "segment-segment"
  | "segment-uplink"
  | "uplink-segment"
  | "segment-edge"
  | "user-service"
  | "service-need"
  | "backup-source"
  | "any-backup"
  | "control";

/**
 * One line of the table: a session opened in each phase, and the rule that lets it pass or stops it. It stands for
 * every pair of one of `from` with another of `to`: they are treated alike, so one of them was judged for all.
 */
export interface FlowLine {
  readonly kind: FlowKind;
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Pairs for which this line doesn't stand: each has a line of its own. */
  readonly except: readonly { readonly from: string; readonly to: string }[];
  readonly family: Family;
  /** The port that stands for the pair; null where every port that is not lateral fares the same. */
  readonly at: Port | null;
  readonly phases: Readonly<Record<Phase, Verdict>>;
}

export type FindingCode =
  // violations: the preview fails
  | "service-loses-path"
  | "way-out"
  | "clinical-isolated"
  | "overlap"
  | "backup-host-exposed"
  | "source-unreachable"
  | "control-path"
  // hazards: warned of, listed in the report
  | "lateral-open"
  | "kill-switch"
  | "endpoint-behind-cut"
  | "endpoint-unknown"
  | "source-too-large"
  | "need-behind-cut"
  | "unseen-way-out"
  | "edge-service-cut";

export interface Finding {
  readonly code: FindingCode;
  /** One sentence for the person who reads the preview: what, and what to do. */
  readonly text: string;
}

/** Segments that the edge treats alike. */
export interface SegmentClass {
  readonly isolated: boolean;
  /** In which all of them declare prefixes. */
  readonly families: readonly Family[];
  readonly segments: readonly string[];
}

export interface Proof {
  readonly version: 2;
  readonly hospital: string;
  readonly isolate: readonly string[];
  readonly lateral: "observe" | "enforce";
  /** All segments but the vault. */
  readonly classes: readonly SegmentClass[];
  readonly flows: readonly FlowLine[];
  /** Reasons to refuse the window. */
  readonly violations: readonly Finding[];
  /** What the runbook leaves out by its own word. */
  readonly leftOut: readonly string[];
  /** Reasons to think twice. */
  readonly hazards: readonly Finding[];
}

export interface PastSave {
  readonly bytes: number;
  readonly durationMs: number;
  /** What the source listed; null where an older version did not keep it. */
  readonly surveyedBytes?: number | null;
}

/** Facts from outside the model that sharpen the hazards; all may be missing. */
export interface Circumstances {
  /** What the last window saved of each source, by name. */
  readonly past?: Readonly<Record<string, PastSave>>;
  /** Which sources are saved one batch after another, how many at a time, and what is left out. */
  readonly runbook?: Pick<Runbook, "steps" | "without">;
  /** Addresses of the machine that Pulumi runs on. */
  readonly machine?: readonly string[];
  /** What that machine depends on. */
  readonly endpoints?: readonly {
    readonly name: string;
    /** An address, or a name that the hospital may describe. */
    readonly host: string;
    /** Worth a word also where the name can't be placed and the machine stands outside the hospital. */
    readonly always: boolean;
    /** Known to be on the internet, whatever its name. */
    readonly beyond?: boolean;
  }[];
}
