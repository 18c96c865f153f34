/** The text of `nft list ruleset` as tables, chains, sets and maps; rules stay text here. Pure. */
import { parsePriority } from "../firewall/readback/foreign.ts";
import { braced, listed, tokens, unquoted } from "./tokens.ts";

export interface Element {
  /** The parts of a concatenation; a lone "*" stands for everything else. */
  readonly key: readonly string[];
  /** The words behind the colon of a map's element. */
  readonly value: readonly string[];
}

export interface Hook {
  readonly type: string;
  readonly hook: string;
  readonly devices: readonly string[];
  readonly priority: number;
  readonly policy: "accept" | "drop";
}

export interface SiteChain {
  readonly name: string;
  readonly hook: Hook | null;
  readonly rules: readonly string[];
}

export interface SiteTable {
  readonly family: string;
  readonly name: string;
  readonly dormant: boolean;
  readonly chains: ReadonlyMap<string, SiteChain>;
  /** Null where the elements were not listed. */
  readonly sets: ReadonlyMap<string, readonly Element[] | null>;
}

export interface SiteRuleset {
  readonly tables: readonly SiteTable[];
  /** Of the older iptables, whose rules nobody reads: "legacy-ip filter". */
  readonly legacy: readonly string[];
}

/**
 * @param own names of jeda's own inet tables, which are left out
 * @param terse whether sets were listed without their elements
 */
export function readSiteRuleset(
  text: string,
  {
    own = [],
    legacy = [],
    terse = false,
  }: { own?: readonly string[]; legacy?: readonly string[]; terse?: boolean } = {},
): SiteRuleset {
  const tables: SiteTable[] = [];
  let head: RegExpExecArray | null = null;
  let lines: string[] = [];
  for (const line of text.split("\n")) {
    if (head === null) {
      head = /^table (\S+) (\S+) \{/.exec(line);
      lines = [];
    } else if (line === "}") {
      const [, family = "", name = ""] = head;
      if (!(family === "inet" && own.includes(name))) tables.push(readTable(family, name, lines, terse));
      head = null;
    } else lines.push(line);
  }
  return { tables, legacy };
}

function readTable(family: string, name: string, lines: readonly string[], terse: boolean): SiteTable {
  const chains = new Map<string, SiteChain>();
  const sets = new Map<string, readonly Element[] | null>();
  let dormant = false;
  let block: { kind: string; name: string; body: string[] } | null = null;
  for (const line of lines) {
    if (block === null) {
      const [, kind, title] = /^\t(\S+) (\S+) \{/.exec(line) ?? [];
      if (kind !== undefined && title !== undefined) block = { kind, name: unquoted(title), body: [] };
      else if (/^\tflags .*\bdormant\b/.test(line)) dormant = true;
    } else if (line === "\t}") {
      if (block.kind === "chain") chains.set(block.name, readChain(family, block.name, block.body));
      if (block.kind === "set" || block.kind === "map") sets.set(block.name, readElements(block.body, terse));
      block = null;
    } else block.body.push(line);
  }
  return { family, name, dormant, chains, sets };
}

function readChain(family: string, name: string, body: readonly string[]): SiteChain {
  const lines = whole(body);
  const base = lines.find((line) => /^type \S+ hook /.test(line));
  const rules = lines.filter((line) => line !== base && !/^(comment "[^"]*"|policy \w+;)$/.test(line));
  return { name, hook: base === undefined ? null : readHook(family, base), rules };
}

/** Rules whose braces close on a later line are one. */
function whole(body: readonly string[]): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  for (const raw of body) {
    const line = raw.trim();
    if (line === "") continue;
    if (depth > 0) found.push(`${found.pop() ?? ""} ${line}`);
    else found.push(line);
    for (const word of tokens(line)) depth += word === "{" ? 1 : word === "}" ? -1 : 0;
  }
  return found;
}

function readHook(family: string, line: string): Hook {
  const [, type = "", hook = "", device = "", priority = "0"] =
    /^type (\S+) hook (\S+) (.*?)priority ([^;]+);/.exec(line) ?? [];
  return {
    type,
    hook,
    devices: tokens(device)
      .filter((word) => !["device", "devices", "=", "{", "}", ","].includes(word))
      .map(unquoted),
    priority: parsePriority(family, priority),
    policy: /policy drop;/.test(line) ? "drop" : "accept",
  };
}

function readElements(body: readonly string[], terse: boolean): readonly Element[] | null {
  const words = tokens(body.join("\n").replace(/\n\s*/g, " "));
  const at = words.findIndex((word, index) => word === "elements" && words[index + 1] === "=");
  if (at < 0) return terse ? null : [];
  return listed(braced(words, at + 2).inside).map(element);
}

/** What stands behind a value and is no part of it. */
const about = new Set(["timeout", "expires", "counter", "comment", "limit", "last", "quota", "ct"]);

export function element(words: readonly string[]): Element {
  const colon = words.indexOf(":");
  const end = words.findIndex((word) => about.has(word));
  const keyEnd = Math.min(colon < 0 ? words.length : colon, end < 0 ? words.length : end);
  const key = words.slice(0, keyEnd).filter((word) => word !== ".");
  return { key, value: colon < 0 ? [] : words.slice(colon + 1) };
}
