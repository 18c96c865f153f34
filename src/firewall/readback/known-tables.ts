/**
 * Tables that are not jeda's. Each chain of theirs on a hook is drift: one in front can hide traffic from jeda's
 * chains, rewrite it, or let it pass by. A site declares its own (`knownTables`); such a table is held to what was
 * declared of it. Pure.
 */
import { createHash } from "node:crypto";
import type { ForeignHook } from "../../model/edge-protocol.ts";
import type { KnownTable } from "../../model/hospital.ts";
import { parsePriority } from "./foreign.ts";
import { parseListing } from "./listing.ts";

export interface ForeignFinding {
  /** "ip site/early", for a map of findings. */
  readonly key: string;
  /** What the map says of it. */
  readonly value: string;
  readonly text: string;
}

interface Listed {
  readonly foreign: readonly ForeignHook[];
  readonly foreignHashes?: Readonly<Record<string, string>>;
  readonly foreignBaseChains?: Readonly<Record<string, string>>;
}

/** Behind jeda's own chains nothing can be hidden from them; before routing, packets are rewritten, so not there. */
const harmlessHooks: readonly string[] = ["forward", "input", "output", "postrouting"];
const behindJeda = -10;

export function foreignFindings(listed: Listed, known: readonly KnownTable[]): readonly ForeignFinding[] {
  return [
    ...listed.foreign.flatMap((hook) =>
      hookFinding(
        hook,
        known.find(({ table }) => table === hook.table),
      ),
    ),
    ...known.flatMap((table) => contentFinding(table, listed)),
  ];
}

function hookFinding(found: ForeignHook, known: KnownTable | undefined): ForeignFinding[] {
  const { table, chain, hook, priority } = found;
  const key = `${table}/${chain}`;
  const value = `hook ${hook} priority ${priority}`;
  const legacy = table.startsWith("legacy-");
  if (known === undefined) {
    const what = legacy ? "is of the older iptables" : `${chain} hooks ${hook} at priority ${priority}`;
    return [{ key, value, text: `foreign table ${table}: ${what}; it is reported, never touched` }];
  }
  const allowed = earliest(known, hook);
  if (legacy || (!chain.startsWith("flowtable ") && allowed !== null && priority >= allowed)) return [];
  const limit = allowed === null ? "nothing at that hook" : `priority ${allowed} at the earliest`;
  const text = `known table ${table}: ${chain} hooks ${hook} at priority ${priority}, declared is ${limit}; it is reported, never touched`;
  return [{ key, value, text }];
}

/** The priority from which on a known table may hook; null where it may not. */
function earliest(known: KnownTable, hook: string): number | null {
  const written = known.hooks.filter((one) => one.hook === hook).map(({ priority }) => priority);
  if (written.length > 0) return Math.min(...written);
  return harmlessHooks.includes(hook) ? behindJeda + 1 : null;
}

function contentFinding(known: KnownTable, listed: Listed): ForeignFinding[] {
  const { table } = known;
  const found = (part: string, value: string, text: string) => [
    { key: `${table}/${part}`, value, text: `known table ${table} ${text}; it is reported, never touched` },
  ];
  const content = listed.foreignHashes?.[table];
  if (known.sha256 !== undefined && listed.foreignHashes !== undefined && content !== known.sha256) {
    if (content === undefined) return found("content", "is missing", "is missing");
    return found("content", `has the hash ${content}`, `is not what was pinned: its hash is ${content}`);
  }
  // What has no base chain meets no packet: a product that is not running is no drift.
  const base = listed.foreignBaseChains?.[table];
  if (known.baseChains === undefined || base === undefined || base === known.baseChains) return [];
  return found(
    "base chains",
    `has the base chains ${base}`,
    `has other base chains (hooks, priorities, policies) than were pinned: their hash is ${base}`,
  );
}

/** How an undeclared table would be declared, for whoever has looked at it. What moves by itself is not pinned. */
export function howToDeclare(listed: Listed, known: readonly KnownTable[]): readonly string[] {
  const names = new Set(known.map(({ table }) => table));
  const tables = [...new Set(listed.foreign.map(({ table }) => table))].filter((table) => !names.has(table));
  return tables.map((table) => {
    const chains = listed.foreign.filter((hook) => hook.table === table && hook.chain !== "");
    const hooks = chains.map(({ hook, priority }) => `"${hook} ${priority}"`);
    const base = listed.foreignBaseChains?.[table];
    const content = listed.foreignHashes?.[table];
    const fields = [
      `table: ${table}`,
      ...(hooks.length === 0 ? [] : [`hooks: [${[...new Set(hooks)].join(", ")}]`]),
      ...(base === undefined ? [] : [`baseChains: ${base}`]),
    ];
    const alsoContent =
      content === undefined ? "" : `, with sha256: ${content} too where nobody but you changes its rules`;
    return `if the site's own, ${table} is declared by knownTables: [{ ${fields.join(", ")} }]${alsoContent}`;
  });
}

/** "inet filter" → SHA-256 of its base chains: type, hook, priority and policy of each, and whether it is dormant. */
export function baseChainHashes(ruleset: string): Record<string, string> {
  return Object.fromEntries(
    parseListing(ruleset).map(({ family, name, flags, chains }) => {
      const bases = chains.flatMap((chain) => {
        const [, type, hook, priority = "0"] =
          /type (\S+) hook (\S+) .*?\bpriority ([^;]+);/.exec(chain.base ?? "") ?? [];
        if (type === undefined) return [];
        const policy = /policy (\w+);/.exec(chain.base ?? "")?.[1] ?? "accept";
        return [`${chain.name} ${type} ${hook} ${parsePriority(family, priority)} ${policy}`];
      });
      const text = [...bases.sort(), ...(flags.includes("dormant") ? ["dormant"] : [])].join("\n");
      return [`${family} ${name}`, createHash("sha256").update(text).digest("hex")];
    }),
  );
}

/** "inet filter" → SHA-256 of what each table of `nft -s list ruleset` says. */
export function tableHashes(ruleset: string): Record<string, string> {
  const blocks = ruleset.matchAll(/^table (\S+ \S+) \{[^\n]*\n([\s\S]*?)^\}/gm);
  return Object.fromEntries(
    [...blocks].map(([, name = "", body = ""]) => [
      name,
      createHash("sha256").update(meaning(body)).digest("hex"),
    ]),
  );
}

/** Without what counts, and without the elements of sets that fill themselves. */
function meaning(body: string): string {
  return body
    .replace(/^\t(?:set|map) [^{]*\{\n[\s\S]*?^\t\}/gm, (block) =>
      /^\t\tflags .*(?:dynamic|timeout)/m.test(block)
        ? block.replace(/^\t\telements = \{[\s\S]*?\}\n/m, "")
        : block.replace(/\{ ([^{}]*) \}/, (_, inner: string) => `{ ${sorted(inner)} }`),
    )
    .replace(/\bpackets \d+ bytes \d+/g, "")
    .replace(/\bused \d+ [kmg]?bytes/g, "")
    .replace(/\blast used \S+/g, "last")
    .replace(/^\tflags (?:owner|persist)(?:,\s*(?:owner|persist))*\n/gm, "")
    .replace(/\{ ([^{}\n]*) \}/g, (_, inner: string) => `{ ${sorted(inner)} }`);
}

function sorted(elements: string): string {
  return elements
    .split(",")
    .map((one) => one.trim())
    .sort()
    .join(", ");
}
