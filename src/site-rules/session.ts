/** A session as the site's own rules see it: its first packet, the answer, and what follows. Pure. */
import type { Family } from "../network/cidr.ts";
import { everyPort, type Intervals } from "./intervals.ts";
import type { Effect, Packets, RuleAt } from "./packets.ts";
import type { Fate, SiteJudge, Way } from "./path.ts";

export interface Session {
  readonly family: Family;
  readonly way: Way;
  /** Interfaces by which the opener's packets may come; empty where they begin at the edge. */
  readonly from: readonly string[];
  /** Interfaces by which they may leave; empty where they end at the edge. */
  readonly to: readonly string[];
  readonly source: Intervals;
  /** Null where it is an address of the edge, which nobody told. */
  readonly destination: Intervals | null;
  readonly protocol: "tcp" | "udp";
  /** The server's. */
  readonly ports: Intervals;
  /** Whether the opener's address belongs where its packets come from. */
  readonly routed: boolean;
}

export interface SiteVerdict {
  /** `elsewhere`: it is sent to another end than the declared one. */
  readonly kind: "pass" | "cut" | "elsewhere" | "unknown";
  /** Of a cut: whether somebody is told. An answer of the edge itself is no answer of the far end. */
  readonly rejected: boolean;
  /** Some of the declared packets only. */
  readonly partly: boolean;
  /** The rule that decides, or of which it can't be told what it does; null where none speaks against it. */
  readonly rule: RuleAt | null;
  /** Translations of its source and flowtables, of what passes. */
  readonly effects: readonly Effect[];
}

export function judgeSession(judge: SiteJudge, session: Session): SiteVerdict {
  const { way, protocol } = session;
  const first = firstPackets(session).flatMap((packets) => judge.fates(packets, way));
  const opening = resolve(first);
  if (opening.kind !== "pass" || opening.partly) return opening;
  const answers = first.flatMap(({ packets }) => judge.fates(answerTo(packets), back(way)));
  const answering = resolve(answers);
  if (answering.kind !== "pass") return answering;
  const later = first.flatMap(({ packets }) =>
    judge.fates(
      {
        ...packets,
        ...known(packets),
        state: packets.state === "untracked" ? "untracked" : "established",
        flags: protocol === "tcp" ? pushed : 0,
        effects: [],
      },
      way,
    ),
  );
  const following = resolve(later);
  if (following.kind !== "pass") return following;
  return { ...opening, effects: distinct([...opening.effects, ...answering.effects, ...following.effects]) };
}

const syn = 2;
const synAck = 18;
const pushed = 24;

function firstPackets(session: Session): readonly Packets[] {
  const { family, source, destination, protocol, ports, routed } = session;
  const ends = <T>(names: readonly T[]): readonly (T | null)[] => (names.length === 0 ? [null] : names);
  return ends(session.from).flatMap((iif) =>
    ends(session.to).map(
      (oif): Packets => ({
        family,
        hook: "",
        iif,
        oif,
        source,
        destination: destination ?? [],
        hidden: new Set(destination === null ? ["destination" as const] : []),
        protocol,
        sourcePort: [[1024n, 65_535n]],
        destinationPort: ports.length === 0 ? everyPort : ports,
        state: "new",
        direction: "original",
        flags: protocol === "tcp" ? syn : 0,
        mark: null,
        connectionMark: null,
        routed,
        translated: new Set(),
        effects: [],
      }),
    ),
  );
}

function known(packets: Packets): Pick<Packets, "translated" | "mark" | "connectionMark"> {
  const sources = packets.effects.some(({ kind }) => kind === "source") ? (["source"] as const) : [];
  return { translated: new Set(sources), mark: null, connectionMark: null };
}

function answerTo(packets: Packets): Packets {
  const swapped = { source: "destination", destination: "source" } as const;
  return {
    ...packets,
    ...known(packets),
    iif: packets.oif,
    oif: packets.iif,
    source: packets.destination,
    destination: packets.source,
    hidden: new Set([...packets.hidden].map((end) => swapped[end])),
    sourcePort: packets.destinationPort,
    destinationPort: packets.sourcePort,
    state: packets.state === "untracked" ? "untracked" : "established",
    direction: "reply",
    flags: packets.protocol === "tcp" ? synAck : 0,
    routed: packets.routed,
    effects: [],
  };
}

const back = (way: Way): Way => (way === "input" ? "output" : way === "output" ? "input" : way);

/** One fate for all, or the gravest of several. */
export function resolve(fates: readonly Fate[]): SiteVerdict {
  const kindOf = ({ kind }: Fate) => (kind === "drop" || kind === "reject" ? "cut" : kind);
  const kinds = new Set(fates.map(kindOf));
  const effects = distinct(fates.flatMap((fate) => (fate.kind === "pass" ? fate.effects : [])));
  const one = (fate: Fate | undefined, partly: boolean): SiteVerdict => ({
    kind: fate === undefined ? "pass" : kindOf(fate),
    rejected: fate?.kind === "reject",
    partly,
    rule: fate === undefined || fate.kind === "pass" ? null : fate.rule,
    effects,
  });
  const doubtful = fates.find(({ kind }) => kind === "unknown") ?? fates.find(({ doubt }) => doubt !== null);
  if (kinds.has("unknown") || (kinds.size > 1 && doubtful !== undefined)) {
    return {
      kind: "unknown",
      rejected: false,
      partly: false,
      rule: doubtful?.doubt ?? doubtful?.rule ?? null,
      effects,
    };
  }
  const gravest =
    fates.find((fate) => kindOf(fate) === "cut") ?? fates.find(({ kind }) => kind === "elsewhere");
  return one(gravest ?? fates[0], kinds.size > 1);
}

function distinct(effects: readonly Effect[]): readonly Effect[] {
  const seen = new Map(
    effects.map((effect) => [
      `${effect.kind} ${effect.rule.table} ${effect.rule.chain} ${effect.rule.text}`,
      effect,
    ]),
  );
  return [...seen.values()];
}
