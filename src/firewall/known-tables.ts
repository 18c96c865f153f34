/**
 * Tables that are not jeda's. Each chain of theirs on a hook is drift: one in front can hide traffic from jeda's
 * chains, rewrite it, or let it pass by. A site declares its own (`knownTables`); such a table is held to what was
 * declared of it. Pure.
 */
import { createHash } from "node:crypto";
import type { ForeignHook } from "../model/edge-protocol.ts";
import type { KnownTable } from "../model/hospital.ts";

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
  const written = known.hooks.find((one) => one.hook === hook);
  if (written !== undefined) return written.priority;
  return harmlessHooks.includes(hook) ? behindJeda + 1 : null;
}

function contentFinding({ table, sha256 }: KnownTable, { foreignHashes }: Listed): ForeignFinding[] {
  if (sha256 === undefined || foreignHashes === undefined) return [];
  const live = foreignHashes[table];
  if (live === sha256) return [];
  const value = live === undefined ? "is missing" : `has the hash ${live}`;
  return [
    {
      key: `${table}/content`,
      value,
      text: `known table ${table} ${live === undefined ? value : `is not what was pinned: its hash is ${live}`}; it is reported, never touched`,
    },
  ];
}

/** How an undeclared table would be declared, for whoever has looked at it. */
export function howToDeclare(listed: Listed, known: readonly KnownTable[]): readonly string[] {
  const names = new Set(known.map(({ table }) => table));
  const tables = [...new Set(listed.foreign.map(({ table }) => table))].filter((table) => !names.has(table));
  return tables.map((table) => {
    const chains = listed.foreign.filter((hook) => hook.table === table && hook.chain !== "");
    const hooks = chains.map(({ hook, priority }) => `"${hook} ${priority}"`);
    const hash = listed.foreignHashes?.[table];
    const fields = [
      `table: ${table}`,
      ...(hooks.length === 0 ? [] : [`hooks: [${[...new Set(hooks)].join(", ")}]`]),
      ...(hash === undefined ? [] : [`sha256: ${hash}`]),
    ];
    return `if the site's own, ${table} is declared by knownTables: [{ ${fields.join(", ")} }]`;
  });
}

/** "inet filter" → SHA-256 of what each table of `nft -s list ruleset` says. */
export function tableHashes(ruleset: string): Record<string, string> {
  const blocks = ruleset.matchAll(/^table (\S+ \S+) \{\n([\s\S]*?)^\}/gm);
  return Object.fromEntries(
    [...blocks].map(([, name = "", body = ""]) => [
      name,
      createHash("sha256").update(meaning(body)).digest("hex"),
    ]),
  );
}

/** Without counts, and without the elements of sets that fill themselves. */
function meaning(body: string): string {
  return body
    .replace(/^\t(?:set|map) [^{]*\{\n[\s\S]*?^\t\}/gm, (block) =>
      /^\t\tflags .*(?:dynamic|timeout)/m.test(block)
        ? block.replace(/^\t\telements = \{[\s\S]*?\}$/m, "")
        : block.replace(/\{ ([^{}]*) \}/, (_, inner: string) => `{ ${sorted(inner)} }`),
    )
    .replace(/counter packets \d+ bytes \d+/g, "counter")
    .replace(/\{ ([^{}\n]*) \}/g, (_, inner: string) => `{ ${sorted(inner)} }`);
}

function sorted(elements: string): string {
  return elements
    .split(",")
    .map((one) => one.trim())
    .sort()
    .join(", ");
}
