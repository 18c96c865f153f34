/**
 * The nft scripts of one commit-confirmed change. While the set `probation` holds an element, the kernel goes to
 * the new chains, and when its timeout is over to the former ones: no process has to be alive for that. Tables
 * are mended in place, never deleted: `inet jeda_window` may hold a running lease. Pure.
 */
import type { Transition } from "../../model/edge-protocol.ts";
import { compareTables } from "../readback/compare.ts";
import { type ListedChain, type ListedRule, type ListedTable, parseTableText } from "../readback/listing.ts";
import { hasProbationSet, PROBATION, policyComment, retarget, settled } from "../readback/probation.ts";
import { mend } from "./table-patch.ts";

/** Steps of one script: each is a transaction, parted by this line (edge/rehearsal.sh). */
const THEN = "#jeda then\n";

/**
 * @param live text of each table as it is, null where there is none (`EdgeListing.tables`).
 * @param wanted text of each table as the same nft prints it (`EdgeListing.wanted`); null: leave it alone.
 * @returns null when nothing has to be changed.
 * @throws JedaError REFUSED when a set would have to be recreated while it holds a lease.
 */
export function makeTransition(
  live: Readonly<Record<string, string | null>>,
  wanted: Readonly<Record<string, string | null>>,
): Transition | null {
  const changes = Object.entries(wanted).flatMap(([name, text]) => {
    const target = parseTableText(text);
    if (target === null) return [];
    const former = parseTableText(live[name] ?? null);
    const same = former !== null && !hasProbationSet(former) && compareTables(target, former).length === 0;
    return same ? [] : [change(former, target)];
  });
  if (changes.length === 0) return null;
  return {
    // The edge puts the probation's elements into the last step.
    provisional: join(
      changes.map(({ provisional }) => provisional),
      "last",
    ),
    confirmed: join(
      changes.map(({ confirmed }) => confirmed),
      "first",
    ),
    reverted: join(
      changes.map(({ reverted }) => reverted),
      "first",
    ),
  };
}

function join(scripts: readonly (readonly string[])[], align: "first" | "last"): string {
  const length = Math.max(...scripts.map((steps) => steps.length));
  const at = (steps: readonly string[], index: number) =>
    steps[align === "first" ? index : index - (length - steps.length)] ?? "";
  return Array.from({ length }, (_, index) => scripts.map((steps) => at(steps, index)).join("")).join(THEN);
}

interface Scripts {
  readonly provisional: readonly string[];
  readonly confirmed: readonly string[];
  readonly reverted: readonly string[];
}

function change(live: ListedTable | null, wanted: ListedTable): Scripts {
  const own = `inet ${wanted.name}`;
  const dormant = live?.flags.includes("dormant") ?? false;
  const former = live === null ? null : settled(live);
  // A dormant table has no rules in force; waking it and changing its base chains can't be one transaction.
  const wake = dormant ? [`flush table ${own}\nadd table ${own}\n`] : [];
  const inForce = dormant ? null : former;
  const provisional = provisionalTable(live, inForce, wanted);
  const reverted =
    former === null
      ? [`delete table ${own}\n`]
      : [mend(provisional, former), ...(dormant ? [`add table ${own} { flags dormant; }\n`] : [])];
  return {
    provisional: [...wake, mend(live, provisional)],
    confirmed: [mend(provisional, wanted)],
    reverted,
  };
}

/** Both rule sets side by side, and the base chains that choose between them. */
function provisionalTable(
  live: ListedTable | null,
  former: ListedTable | null,
  wanted: ListedTable,
): ListedTable {
  const bases = new Map<string, string>();
  for (const chain of [...wanted.chains, ...(former?.chains ?? [])]) {
    if (chain.base !== null && !bases.has(chain.name)) bases.set(chain.name, accepting(chain.base));
  }
  const dispatch = [...bases].map(([name, base]): ListedChain => {
    const rules = [
      unkeyed(`meta nfproto @${PROBATION} goto new_${name}`, `${name}/${PROBATION}`),
      unkeyed(`goto old_${name}`, `${name}/former`),
    ];
    return { name, base, rules };
  });
  const sets = new Map((live?.sets ?? []).map((set) => [set.name, set]));
  for (const set of wanted.sets) sets.set(set.name, { ...set, elements: sets.get(set.name)?.elements ?? [] });
  sets.set(PROBATION, {
    name: PROBATION,
    attributes: ["typeof meta nfproto", "flags timeout"],
    timeout: null,
    elements: [],
  });
  const chains = [
    ...copies("new_", wanted.chains, wanted, bases),
    ...copies("old_", sameHook(former, wanted), former, bases),
    ...dispatch,
  ];
  return {
    family: "inet",
    name: wanted.name,
    flags: [],
    sets: [...sets.values()],
    chains,
    others: live?.others ?? [],
  };
}

/** Former rules at another hook would mean something else there: such a chain is left empty. */
function sameHook(former: ListedTable | null, wanted: ListedTable): ListedChain[] {
  const place = (base: string | null) => /^type \S+ hook \S+/.exec(base ?? "")?.[0];
  return (former?.chains ?? []).map((chain) => {
    const other = wanted.chains.find(({ name }) => name === chain.name);
    return other && place(other.base) !== place(chain.base) ? { ...chain, rules: [] } : chain;
  });
}

/** Chains under a prefix; a base chain that is missing on this side becomes an empty one. */
function copies(
  prefix: string,
  chains: readonly ListedChain[],
  table: ListedTable | null,
  bases: ReadonlyMap<string, string>,
): ListedChain[] {
  const names = new Set(table?.chains.map(({ name }) => name));
  const missing = [...bases.keys()].filter((name) => !names.has(name));
  return [
    ...chains.map((chain): ListedChain => {
      const rules = chain.rules.map((rule) => ({
        ...rule,
        text: retarget(rule.text, (target) => (names.has(target) ? prefix + target : target)),
      }));
      const policy = /policy drop/.test(chain.base ?? "") ? [unkeyed("drop", policyComment(chain.name))] : [];
      return { name: prefix + chain.name, base: null, rules: [...rules, ...policy] };
    }),
    ...missing.map((name): ListedChain => ({ name: prefix + name, base: null, rules: [] })),
  ];
}

/** After `goto` the base chain's policy decides, for old and new alike: so it must let pass. */
function accepting(base: string): string {
  return base.replace("policy drop", "policy accept");
}

function unkeyed(text: string, comment: string): ListedRule {
  return { key: comment, text, comment };
}
