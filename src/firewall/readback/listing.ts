/**
 * Reads the text of `nft list table` (with or without `-s`): what of it has meaning and what has not. Handles,
 * counters' values, and the order of elements are not kept. Pure.
 */

export interface ListedRule {
  /** "chain/name" from the comment when it belongs to the chain, else "chain/unmanaged-N". */
  readonly key: string;
  /** Without the comment, elements of anonymous sets in order. */
  readonly text: string;
  readonly comment: string | null;
}

export interface ListedChain {
  readonly name: string;
  /** "type filter hook forward priority -20; policy accept;", or null for a chain that is only jumped to. */
  readonly base: string | null;
  readonly rules: readonly ListedRule[];
}

export interface ListedElement {
  readonly value: string;
  /** Milliseconds; null where the element is there for ever. */
  readonly timeoutMs: number | null;
  /** Milliseconds until the end; null with `-s`, which hides it, and where there is no end. */
  readonly expiresMs: number | null;
}

export interface ListedSet {
  readonly name: string;
  /** "type ipv4_addr", "flags interval,timeout", "auto-merge"…, all but the default timeout and the elements. */
  readonly attributes: readonly string[];
  /** Default timeout as nft writes it ("3h"), or null. */
  readonly timeout: string | null;
  readonly elements: readonly ListedElement[];
}

export interface ListedTable {
  readonly family: string;
  readonly name: string;
  readonly flags: readonly string[];
  readonly sets: readonly ListedSet[];
  readonly chains: readonly ListedChain[];
  /** Maps, flowtables, named counters and the like: jeda makes none. */
  readonly others: readonly { readonly kind: string; readonly name: string }[];
}

/** All tables of a listing (`nft list table`, `list chains`, `list ruleset`). */
export function parseListing(text: string): ListedTable[] {
  const tables: ListedTable[] = [];
  let lines: string[] = [];
  let head: RegExpMatchArray | null = null;
  for (const line of text.split("\n")) {
    if (head === null) {
      head = /^table (\S+) (\S+) \{/.exec(line);
      lines = [];
    } else if (line === "}") {
      tables.push(parseTable(head[1] ?? "", head[2] ?? "", lines));
      head = null;
    } else {
      lines.push(line);
    }
  }
  return tables;
}

/** The one table of a text, or null when there is none. */
export function parseTableText(text: string | null): ListedTable | null {
  return text === null ? null : (parseListing(text)[0] ?? null);
}

function parseTable(family: string, name: string, lines: readonly string[]): ListedTable {
  const flags: string[] = [];
  const sets: ListedSet[] = [];
  const chains: ListedChain[] = [];
  const others: { kind: string; name: string }[] = [];
  let body: string[] | null = null;
  let block: { kind: string; name: string } | null = null;
  for (const line of lines) {
    if (body !== null && block !== null) {
      if (line !== "\t}") {
        body.push(line);
        continue;
      }
      if (block.kind === "chain") chains.push(parseChain(block.name, body));
      else if (block.kind === "set") sets.push(parseSet(block.name, body));
      else others.push(block);
      body = null;
      block = null;
      continue;
    }
    const opened = /^\t(.+) (\S+) \{$/.exec(line);
    if (opened) {
      block = { kind: opened[1] ?? "", name: opened[2] ?? "" };
      body = [];
    } else if (line.startsWith("\tflags ")) {
      flags.push(...line.slice("\tflags ".length).split(","));
    }
  }
  return { family, name, flags: flags.map((flag) => flag.trim()), sets, chains, others };
}

function parseChain(name: string, body: readonly string[]): ListedChain {
  const lines = body.map((line) => line.trim()).filter((line) => line !== "");
  const base = lines.find((line) => /^type \S+ hook /.test(line)) ?? null;
  const rules: ListedRule[] = [];
  const seen = new Map<string, number>();
  for (const line of lines) {
    if (line === base || /^comment "[^"]*"$/.test(line)) continue;
    const [, text = line, comment = null] = /^(.*?) ?comment "([^"]*)"(?: # handle \d+)?$/.exec(line) ?? [];
    const stem = comment?.startsWith(`${name.replace(/^(old|new)_/, "")}/`) ? comment : `${name}/unmanaged`;
    const count = (seen.get(stem) ?? 0) + 1;
    seen.set(stem, count);
    const key = stem === comment && count === 1 ? stem : `${stem}-${count}`;
    rules.push({ key, text: canonicalRule(text), comment });
  }
  return { name, base, rules };
}

/** The kernel hashes anonymous sets: their order in the listing differs from load to load. */
function canonicalRule(text: string): string {
  return text
    .replace(/ # handle \d+$/, "")
    .replace(/counter packets \d+ bytes \d+/g, "counter")
    .replace(/\{ ([^{}]*) \}/g, (_, inner: string) => `{ ${inner.split(", ").sort().join(", ")} }`);
}

function parseSet(name: string, body: readonly string[]): ListedSet {
  const [attributeText = "", elementText = ""] = body.join("\n").split(/^\t\telements = /m);
  const attributes = attributeText
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const timeout = attributes.find((line) => line.startsWith("timeout "))?.slice("timeout ".length) ?? null;
  return {
    name,
    attributes: attributes.filter((line) => !line.startsWith("timeout ")),
    timeout,
    elements: parseElements(elementText, timeout),
  };
}

function parseElements(text: string, defaultTimeout: string | null): ListedElement[] {
  return text
    .replace(/^\s*\{|\}\s*$/g, "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      const value = (part.split(/ (?:timeout|expires|comment|counter) /)[0] ?? "").replaceAll('"', "");
      const timeout = / timeout (\S+)/.exec(part)?.[1] ?? (/ expires /.test(part) ? defaultTimeout : null);
      const expires = / expires (\S+)/.exec(part)?.[1];
      return {
        value,
        timeoutMs: timeout === null ? null : parseDuration(timeout),
        expiresMs: expires === undefined ? null : parseDuration(expires),
      };
    });
}

/** "1d2h3m4s5ms", as nft prints a time, in milliseconds. */
export function parseDuration(text: string): number {
  const units: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
  let total = 0;
  for (const [, number = "0", unit = "ms"] of text.matchAll(/(\d+)(ms|d|h|m|s)/g)) {
    total += Number(number) * (units[unit] ?? 0);
  }
  return total;
}
