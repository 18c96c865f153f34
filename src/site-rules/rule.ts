/** One rule's text as steps: tests, what it changes, and where packets go. What is not understood is a doubt. Pure. */
import { type Condition, conditionAt, fieldsAt, matching, only, type Test } from "./conditions.ts";
import { numbersIn } from "./intervals.ts";
import { type Effect, type Packets, type RuleAt, unsure } from "./packets.ts";
import { type Element, element, type SiteTable } from "./ruleset.ts";
import { braced, listed, tokens, unquoted } from "./tokens.ts";

export type Verdict =
  | { readonly kind: "accept" | "drop" | "reject" | "return" | "continue" | "unknown" }
  | { readonly kind: "jump" | "goto"; readonly chain: string };

export type Step =
  | { readonly kind: "test"; readonly test: Test }
  | { readonly kind: "change"; readonly change: (packets: Packets) => Packets }
  | { readonly kind: "pick"; readonly choices: readonly { readonly test: Test; readonly verdict: Verdict }[] }
  | { readonly kind: "verdict"; readonly verdict: Verdict };

const doubt: Step = { kind: "test", test: unsure };
const unknownVerdict: Step = { kind: "verdict", verdict: { kind: "unknown" } };

export function readRule(at: RuleAt, table: SiteTable): readonly Step[] {
  const words = tokens(at.text);
  const steps: Step[] = [];
  let next = 0;
  while (next < words.length) {
    const one = stepAt(words, next, at, table);
    if (one === null) return [...steps, doubt, ...ending(words, next, at, table)];
    steps.push(...one.steps);
    if (one.steps.some(({ kind }) => kind === "verdict" || kind === "pick")) return steps;
    next = one.next;
  }
  return steps;
}

/** Behind something that was not understood only the rule's end is looked for; its other tests can but narrow it. */
function ending(words: readonly string[], from: number, at: RuleAt, table: SiteTable): readonly Step[] {
  for (let next = from; next < words.length; next++) {
    if (words[next] === "{") next = braced(words, next).next;
    const word = words[next] ?? "";
    if (word === "vmap" || word === "queue" || word.startsWith("#")) return [unknownVerdict];
    if (Object.hasOwn(ends, word) || word === "xt") {
      const one = stepAt(words, next, at, table);
      const decides = one?.steps.some((step) => step.kind === "verdict" || step.kind === "change");
      if (one !== null && decides === true) return one.steps;
    }
    if (word === "set" && ["mark"].includes(words[next - 1] ?? ""))
      return [{ kind: "change", change: unmarked }];
  }
  return [];
}

const unmarked = (packets: Packets): Packets => ({ ...packets, mark: null, connectionMark: null });

interface Steps {
  readonly steps: readonly Step[];
  readonly next: number;
}

function stepAt(words: readonly string[], at: number, rule: RuleAt, table: SiteTable): Steps | null {
  const word = words[at] ?? "";
  const verdict = verdictAt(words, at);
  if (verdict !== null) return { steps: [{ kind: "verdict", verdict }], next: words.length };
  if (Object.hasOwn(ends, word)) return { steps: ends[word]?.(words, at, rule) ?? [], next: words.length };
  if (word === "comment") return { steps: [], next: at + 2 };
  if (word === "#" || word.startsWith("# handle")) return { steps: [], next: words.length };
  if (word.startsWith("#")) return null;
  if (word === "counter")
    return { steps: [], next: at + (words[at + 1] === "packets" ? 5 : words[at + 1] === "name" ? 3 : 1) };
  if (word === "log") return { steps: [], next: pastLog(words, at + 1) };
  if (word === "xt") return xtAt(words, at, rule);
  if (word === "notrack")
    return { steps: [change((packets) => ({ ...packets, state: "untracked" }))], next: at + 1 };
  if (word === "add" || word === "update" || word === "delete") return fillAt(words, at);
  const assigned = assignmentAt(words, at);
  if (assigned !== null) return assigned;
  const map = verdictMapAt(words, at, table);
  if (map !== null) return map;
  const condition: Condition | null = conditionAt(words, at, table);
  return condition === null
    ? null
    : { steps: [{ kind: "test", test: condition.test }], next: condition.next };
}

function verdictAt(words: readonly string[], at: number): Verdict | null {
  const word = words[at];
  if (word === "accept" || word === "drop" || word === "return" || word === "continue") return { kind: word };
  if (word === "reject") return { kind: "reject" };
  if (word === "jump" || word === "goto") {
    const chain = words[at + 1] ?? "";
    return chain === "{" ? { kind: "unknown" } : { kind: word, chain: unquoted(chain) };
  }
  return null;
}

const change = (by: (packets: Packets) => Packets): Step => ({ kind: "change", change: by });
const withEffect =
  (kind: Effect["kind"], rule: RuleAt) =>
  (packets: Packets): Packets => ({ ...packets, effects: [...packets.effects, { kind, rule }] });
const accept: Step = { kind: "verdict", verdict: { kind: "accept" } };
const translation =
  (kind: Effect["kind"]) =>
  (_words: readonly string[], _at: number, rule: RuleAt): readonly Step[] => [
    change(withEffect(kind, rule)),
    accept,
  ];

/** Statements behind which nothing more is asked of a rule. */
const ends: Readonly<
  Record<string, (words: readonly string[], at: number, rule: RuleAt) => readonly Step[]>
> = {
  accept: () => [accept],
  drop: () => [{ kind: "verdict", verdict: { kind: "drop" } }],
  reject: () => [{ kind: "verdict", verdict: { kind: "reject" } }],
  return: () => [{ kind: "verdict", verdict: { kind: "return" } }],
  jump: (words, at) => [{ kind: "verdict", verdict: verdictAt(words, at) ?? { kind: "unknown" } }],
  goto: (words, at) => [{ kind: "verdict", verdict: verdictAt(words, at) ?? { kind: "unknown" } }],
  masquerade: translation("source"),
  snat: translation("source"),
  dnat: translation("destination"),
  redirect: translation("redirect"),
  tproxy: translation("redirect"),
  flow: (_words, _at, rule) => [change(withEffect("offload", rule))],
  queue: () => [unknownVerdict],
  synproxy: () => [unknownVerdict],
  dup: () => [],
  fwd: () => [unknownVerdict],
};

function pastLog(words: readonly string[], from: number): number {
  let next = from;
  const options = new Set(["prefix", "group", "level", "flags", "snaplen", "queue-threshold"]);
  while (options.has(words[next] ?? "")) {
    next += words[next] === "flags" && ["tcp", "ip"].includes(words[next + 1] ?? "") ? 3 : 2;
    while (words[next] === ",") next += 2;
  }
  return next;
}

/** What iptables-nft leaves in its own words. */
function xtAt(words: readonly string[], at: number, rule: RuleAt): Steps | null {
  const [kind, name = ""] = [words[at + 1], unquoted(words[at + 2] ?? "")];
  const next = at + 3;
  if (kind === "match") return name === "comment" ? { steps: [], next } : null;
  if (["LOG", "NFLOG", "TCPMSS", "CHECKSUM", "CLASSIFY", "TRACE", "DSCP", "TOS"].includes(name))
    return { steps: [], next };
  if (name === "REJECT") return { steps: [{ kind: "verdict", verdict: { kind: "reject" } }], next };
  const translated = {
    MASQUERADE: "source",
    SNAT: "source",
    DNAT: "destination",
    REDIRECT: "redirect",
    TPROXY: "redirect",
  } as const;
  if (name in translated) {
    return {
      steps: translation(translated[name as keyof typeof translated])(words, at, rule),
      next: words.length,
    };
  }
  if (name === "FLOWOFFLOAD") return { steps: [change(withEffect("offload", rule))], next };
  if (name === "MARK" || name === "CONNMARK") return { steps: [change(unmarked)], next };
  return { steps: [unknownVerdict], next: words.length };
}

/** "add @banned { ip saddr timeout 1h }": a set that fills itself changes nothing now; with a limit it is a test. */
function fillAt(words: readonly string[], at: number): Steps | null {
  const open = words.indexOf("{", at);
  if (open < 0 || !(words[at + 1] ?? "").startsWith("@")) return null;
  const { inside, next } = braced(words, open);
  return inside.some((word) => ["limit", "ct", "quota"].includes(word)) ? null : { steps: [], next };
}

/** "meta mark set 0x1" and others that change what is not asked about here. */
function assignmentAt(words: readonly string[], at: number): Steps | null {
  const set = words.indexOf("set", at);
  if (set < 0 || set - at > 4 || words.slice(at, set).some((word) => !/^[a-z0-9-]+$/.test(word))) return null;
  const subject = words.slice(at, set).join(" ");
  const own: Readonly<Record<string, "mark" | "connectionMark">> = {
    "meta mark": "mark",
    mark: "mark",
    "ct mark": "connectionMark",
  };
  const value = numbersIn(words[set + 1] ?? "")?.[0];
  const alone = !["|", "&", "^", "or", "and", "xor"].includes(words[set + 2] ?? "");
  const field = own[subject];
  if (field !== undefined) {
    if (value !== undefined && alone)
      return { steps: [change((packets) => ({ ...packets, [field]: value }))], next: set + 2 };
    // The rest is an expression: no test may stand behind it that is then not read.
    return {
      steps: [change((packets) => ({ ...packets, [field]: null }))],
      next: pastExpression(words, set + 1),
    };
  }
  const harmless = [
    "meta nftrace",
    "meta priority",
    "ct helper",
    "ct event",
    "ct timeout",
    "tcp option maxseg size",
    "ip dscp",
    "ip6 dscp",
  ];
  if (subject === "maxseg size" || harmless.includes(subject))
    return { steps: [], next: pastExpression(words, set + 1) };
  return null;
}

function pastExpression(words: readonly string[], from: number): number {
  let next = from;
  while (
    next < words.length &&
    !Object.hasOwn(ends, words[next] ?? "") &&
    !["counter", "log", "comment"].includes(words[next] ?? "")
  ) {
    next = words[next] === "{" ? braced(words, next).next : next + 1;
  }
  return next;
}

function verdictMapAt(words: readonly string[], at: number, table: SiteTable): Steps | null {
  const named = fieldsAt(words, at);
  if (named === null || words[named.next] !== "vmap") return null;
  const { fields } = named;
  const first = words[named.next + 1] ?? "";
  const elements = first.startsWith("@")
    ? (table.sets.get(first.slice(1)) ?? null)
    : listed(braced(words, named.next + 1).inside).map(element);
  if (elements === null) return { steps: [doubt, unknownVerdict], next: words.length };
  const last = (one: Element): number => (one.key[0] === "*" ? 1 : 0);
  const choices = [...elements]
    .sort((a, b) => last(a) - last(b))
    .map((one) => ({ test: matching(fields, one), verdict: verdictAt(one.value, 0) }));
  if (choices.some(({ test, verdict }) => test === null || verdict === null))
    return { steps: [doubt, unknownVerdict], next: words.length };
  const picked = choices.map(({ test, verdict }) => ({
    test: only(fields, test ?? unsure),
    verdict: verdict ?? ({ kind: "unknown" } as const),
  }));
  return { steps: [{ kind: "pick", choices: picked }], next: words.length };
}
