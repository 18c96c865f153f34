/** Packets past every hook of the site's own tables, from where they come in to where they leave. Pure. */
import type { Effect, Packets, RuleAt } from "./packets.ts";
import type { SiteChain, SiteRuleset, SiteTable } from "./ruleset.ts";
import { type End, nameOf, type Traveller, Walk } from "./walk.ts";

/** What becomes of some packets: `pass` where they leave as they came, but for what `effects` say. */
export interface Fate {
  readonly kind: "pass" | "drop" | "reject" | "elsewhere" | "unknown";
  readonly packets: Packets;
  /** The rule that decides; null where none has a word against them. */
  readonly rule: RuleAt | null;
  readonly doubt: RuleAt | null;
  readonly effects: readonly Effect[];
}

/** Priorities of connection tracking's own translation: what stands before sees an answer's other addresses. */
const translationIn = -100;
const translationOut = 100;
/** Before this priority no packet belongs to a connection yet, at the hooks where it enters. */
const tracking = -200;

export type Way = "forward" | "input" | "output";
const hooksOf: Readonly<Record<Way, readonly string[]>> = {
  forward: ["ingress", "prerouting", "forward", "postrouting", "egress"],
  input: ["ingress", "prerouting", "input"],
  output: ["output", "postrouting", "egress"],
};

interface Station {
  readonly table: SiteTable;
  readonly chain: SiteChain;
}

export class SiteJudge {
  private readonly walk = new Walk();
  private readonly stations = new Map<string, readonly Station[]>();
  private readonly rules: SiteRuleset;

  constructor(rules: SiteRuleset) {
    this.rules = rules;
  }

  fates(packets: Packets, way: Way): readonly Fate[] {
    this.walk.begin();
    const legacy = this.rules.legacy.find((table) =>
      table.startsWith(packets.family === 4 ? "legacy-ip " : "legacy-ip6 "),
    );
    const start: Traveller = {
      packets,
      doubt:
        legacy === undefined
          ? null
          : { table: legacy, chain: "", text: "rules of the older iptables are not read" },
    };
    const fates: Fate[] = [];
    let travellers: readonly Traveller[] = [start];
    for (const hook of hooksOf[way]) {
      for (const station of this.at(hook, packets)) {
        const next: Traveller[] = [];
        for (const traveller of travellers) {
          for (const end of this.pass(station, hook, traveller)) {
            const redirected = end.packets.effects.find(
              ({ kind }) => kind === "redirect" || kind === "destination",
            );
            if (end.kind !== "accept") fates.push(fate(end.kind, end));
            // Where they go from there is no declared flow any more.
            else if (redirected !== undefined)
              fates.push({ ...fate("elsewhere", end), rule: redirected.rule });
            else next.push({ packets: end.packets, doubt: end.doubt });
          }
        }
        travellers = next;
      }
    }
    if (legacy !== undefined) return [{ ...fateOf("unknown", start), rule: start.doubt }];
    return [...fates, ...travellers.map((one) => fateOf("pass", one))];
  }

  /** What one base chain makes of them. Translations are asked of a connection's first packet only. */
  private pass({ table, chain }: Station, hook: string, traveller: Traveller): readonly End[] {
    const { packets } = traveller;
    const base = chain.hook;
    const accept: End = {
      ...traveller,
      kind: "accept",
      rule: { table: nameOf(table), chain: chain.name, text: "" },
    };
    if (base === null) return [accept];
    if (base.type === "nat" && packets.state !== "new") return [accept];
    const hidden = new Set(packets.hidden);
    if (packets.translated.has("source")) {
      if (hook === "prerouting" && packets.direction === "reply" && base.priority <= translationIn)
        hidden.add("destination");
      if (hook === "postrouting" && packets.direction === "original" && base.priority >= translationOut)
        hidden.add("source");
    }
    const entering = hook === "prerouting" || hook === "output";
    const early = hook === "ingress" || (entering && base.priority < tracking);
    const state = early && packets.state !== "untracked" ? "invalid" : packets.state;
    const there = { ...packets, hook, hidden, state };
    return this.walk.base(table, chain, { ...traveller, packets: there }).map((end) => ({
      ...end,
      packets: {
        ...end.packets,
        hidden: packets.hidden,
        state: end.packets.state === "invalid" ? packets.state : end.packets.state,
      },
    }));
  }

  /** The base chains that packets meet at this hook, in the kernel's order. */
  private at(hook: string, { family, iif, oif }: Packets): readonly Station[] {
    const device = hook === "ingress" ? iif : hook === "egress" ? oif : null;
    const key = `${hook} ${family} ${device ?? ""}`;
    const known = this.stations.get(key);
    if (known !== undefined) return known;
    const families = ["inet", family === 4 ? "ip" : "ip6"];
    const found = this.rules.tables
      .filter((table) => !table.dormant)
      .flatMap((table) => [...table.chains.values()].map((chain) => ({ table, chain })))
      .filter(({ table, chain }) => {
        if (chain.hook?.hook !== hook) return false;
        if (hook === "ingress" || hook === "egress")
          return device !== null && chain.hook.devices.includes(device);
        return families.includes(table.family);
      })
      .sort((a, b) => (a.chain.hook?.priority ?? 0) - (b.chain.hook?.priority ?? 0));
    this.stations.set(key, found);
    return found;
  }
}

function fate(kind: Fate["kind"] | "accept", end: End): Fate {
  return { ...fateOf(kind === "accept" ? "pass" : kind, end), rule: end.rule };
}

function fateOf(kind: Fate["kind"], { packets, doubt }: Traveller): Fate {
  return { kind, packets, rule: null, doubt, effects: packets.effects };
}
