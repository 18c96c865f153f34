/** What an edge's own tables do to declared flows, as rows and as sentences. Pure. */
import { type DeclaredFlow, type Described, declaredFlows, flowsBetween } from "./declared-flows.ts";
import type { RuleAt } from "./packets.ts";
import { SiteJudge } from "./path.ts";
import type { SiteRuleset } from "./ruleset.ts";
import { judgeSession, type SiteVerdict } from "./session.ts";

export interface SiteRow extends Pick<DeclaredFlow, "kind" | "from" | "to" | "what"> {
  readonly edge: string;
  readonly family: "ipv4" | "ipv6";
  readonly does: "drops" | "rejects" | "sends elsewhere" | "offloads" | "translates" | "unknown";
  /** Of some of the declared packets only. */
  readonly partly: boolean;
  readonly rule: RuleAt | null;
}

/**
 * Only what has something done to it; what no rule speaks against is no row. The source's address on the way to an
 * uplink is translated almost everywhere, and that is none either.
 */
export function siteRows(
  edge: string,
  rules: SiteRuleset,
  described: Described,
  { pairs = false }: { readonly pairs?: boolean } = {},
): readonly SiteRow[] {
  const judge = new SiteJudge(rules);
  const flows = [...declaredFlows(described), ...(pairs ? flowsBetween(described) : [])];
  return flows.flatMap((flow) => {
    const verdict = judgeSession(judge, flow.session);
    const found = doneTo(flow, verdict);
    if (found === null) return [];
    const { kind, from, to, what } = flow;
    const family = flow.session.family === 4 ? "ipv4" : "ipv6";
    return [{ ...{ kind, from, to, what, edge, family }, partly: verdict.partly, ...found }];
  });
}

function doneTo(flow: DeclaredFlow, verdict: SiteVerdict): Pick<SiteRow, "does" | "rule"> | null {
  const { rule } = verdict;
  if (verdict.kind === "cut") return { does: verdict.rejected ? "rejects" : "drops", rule };
  if (verdict.kind === "elsewhere") return { does: "sends elsewhere", rule };
  if (verdict.kind === "unknown") return { does: "unknown", rule };
  const offload = verdict.effects.find(({ kind }) => kind === "offload");
  if (offload !== undefined) return { does: "offloads", rule: offload.rule };
  const translated = verdict.effects.find(({ kind }) => kind === "source");
  const outward = flow.kind === "segment-uplink" || flow.session.to.length === 0;
  if (translated === undefined || outward || flow.beyond) return null;
  return { does: "translates", rule: translated.rule };
}

/** Where packets of the flow are stopped, or nobody knows. */
export function stops({ does, partly }: SiteRow): boolean {
  return (does === "drops" || does === "rejects" || does === "sends elsewhere") && !partly;
}

/** `inet firewalld, chain filter_FORWARD: "reject with icmpx admin-prohibited"` */
export function ruleText(rule: RuleAt | null): string {
  if (rule === null) return "";
  if (rule.chain === "") return `${rule.table}: ${rule.text}`;
  return rule.text.startsWith("policy ")
    ? `table ${rule.table}, chain ${rule.chain}, by its ${rule.text}`
    : `table ${rule.table}, chain ${rule.chain}: ${rule.text}`;
}

/** One sentence for each rule and what it does, whatever flows it meets; "on edge-a" where it is told. */
export function siteTexts(rows: readonly SiteRow[]): readonly string[] {
  const groups = new Map<string, [SiteRow, ...SiteRow[]]>();
  for (const row of rows) {
    const key = JSON.stringify([row.edge, row.to, row.what, row.does, row.partly, row.rule]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()].map(rowText);
}

/** "is rejected" */
export const done: Readonly<Record<SiteRow["does"], string>> = {
  drops: "dropped",
  rejects: "rejected",
  "sends elsewhere": "sent elsewhere",
  offloads: "offloaded",
  translates: "translated",
  unknown: "unknown",
};

function rowText(rows: readonly [SiteRow, ...SiteRow[]]): string {
  const [{ edge, to, what, does, partly, rule }] = rows;
  const from = [...new Set(rows.map((row) => row.from))].join(", ");
  const flow = `${from} → ${to}${what === "" ? "" : ` (${what})`}`;
  const by = ruleText(rule);
  if (does === "unknown") {
    return `${flow}: it is unknown what the site's own rules on ${edge} do to it (${by})`;
  }
  return `${flow} is ${partly ? "partly " : ""}${done[does]} on ${edge} by the site's own ${by}`;
}

/** What to add, and where, for a flow that a site's rules stop. */
export function howToLetPass(flow: DeclaredFlow, rule: RuleAt | null): string {
  const { from, to, family, protocol, ports } = flow.session;
  const names = (list: readonly string[]): string =>
    list.length === 1 ? `"${list[0]}"` : `{ ${list.map((name) => `"${name}"`).join(", ")} }`;
  const port = ports[0]?.[0] === ports[0]?.[1] ? ` ${protocol} dport ${ports[0]?.[0] ?? ""}` : "";
  const words = [
    `iifname ${names(from)}`,
    ...(to.length === 0 ? [] : [`oifname ${names(to)}`]),
    `meta nfproto ipv${family}${port}`,
    "accept",
  ].join(" ");
  const where =
    rule === null || rule.chain === ""
      ? "in the site's own rules"
      : `in front of it in ${rule.table} ${rule.chain}`;
  return `add ${where}: ${words} (and its answers: ct state established accept)`;
}
