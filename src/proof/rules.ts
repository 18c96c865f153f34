/**
 * Ids of the rules a verdict can rest on: "chain/rule", the words that stand in the comments of the ruleset. They
 * are the only thing the proof shares with the rule compiler, and the differential test compares the ruleset's
 * counters under these names.
 */
import type { Family } from "./proof-types.ts";

const short = (family: Family) => (family === "ipv4" ? "v4" : "v6");

export const rule = {
  /** No rule of jeda's speaks: the chains' policy is accept. */
  policy: "policy",
  /** Both ends stand on one wire: no edge is asked. */
  sameWire: "same-wire",
  /** An isolated segment reaches declared segments only. */
  isolatedOut: "destination/undeclared",
  /** An isolated wire carries an address that is not its own, or an isolated address turns up elsewhere. */
  isolatedSource: "outgoing/undeclared-source",
  /** Nothing but declared segments reaches an isolated segment. */
  isolatedIn: "incoming/undeclared-source",
  /** Proxies, resolvers and tunnels on the edge, refused in the input hook: by wire, else by address. */
  edgeService: (service: string, by: "if" | Family) =>
    `input/${service}-from-${by === "if" ? by : short(by)}`,
  /** The vault carries only what the lease or the control path allows. */
  vaultShut: "vault/shut",
  /** A TCP session that conntrack would take up in the middle, with its ends mistaken. */
  notABeginning: "vault/not-a-beginning",
  vaultOpen: (family: Family) => `vault/open-${short(family)}`,
  control: (family: Family) => `vault/control-${short(family)}`,
  /** On the backup host itself. */
  hostControl: (family: Family) => `input/control-${short(family)}`,
  hostSsh: "input/no-other-ssh",
  hostRest: "input/rest",
  lateral: (from: string) => `from-${from}/lateral`,
  lateralAllow: (from: string, to: string) => `lateral/allow-${from}-${to}`,
} as const;

/** SMB, RPC and RDP: the roads that worms of WannaCry's kind take inside. */
export const lateralPorts: readonly number[] = [135, 137, 138, 139, 445, 3389];

/** `from-guest/lateral` and its siblings are one rule of several openers. */
export function ofEach(id: string): string {
  return id.replace(/^from-.*\/lateral$/, "from-*/lateral").replace(/^lateral\/allow-.*/, "lateral/allow-*");
}
