/**
 * What YAML allows and no configuration needs: refused here, with its place, before anything is made of it. Depth
 * and expansion are bounded, so that no text can take the reader's stack or memory.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair } from "yaml";
import { didYouMean } from "./did-you-mean.ts";
import { quote } from "./invalid.ts";

/** `offset` counts from the beginning of the text. */
export type Report = (offset: number, message: string, hint: string) => void;

/** Brackets inside brackets, or columns of indentation. */
const DEEPEST = 500;

/** Values, aliases counted as what they stand for. */
const LARGEST = 100_000;

/** Looked at before parsing, which is recursive. Brackets in text count too, which no real file notices. */
export function tooDeep(text: string): number | undefined {
  const indented = /^[ \t?:-]*/gm;
  let depth = 0;
  for (const { 0: match, index } of text.matchAll(new RegExp(`[[{\\]}]|${indented.source}`, "gm"))) {
    if (match === "[" || match === "{") depth += 1;
    else if (match === "]" || match === "}") depth = Math.max(0, depth - 1);
    if (depth > DEEPEST || match.length > DEEPEST) return index;
  }
  return undefined;
}

/**
 * The engine's reader ends a line where this one does not: at CR alone, and at three characters of Unicode's. What stands
 * behind one in a comment would be configuration to it.
 */
export function otherLineEnd(text: string): { readonly at: number; readonly message: string } | undefined {
  const found = /\r(?!\n)|[\u0085\u2028\u2029]/.exec(text);
  if (found === null) return undefined;
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  const what = found[0] === "\r" ? "a line ends with CR alone" : `U+${code} ends a line`;
  return { at: found.index, message: `${what}, which YAML readers understand differently` };
}

/** Reports tags, directives, doubled keys, keys that are no text, aliases of nothing or of themselves. */
export function checkStructure(document: Document.Parsed, report: Report): void {
  for (const { pos, message } of document.warnings) report(pos[0], message, "take the tag out");
  if (document.directives?.yaml.explicit === true) {
    report(0, "a %YAML directive changes how values are read", "take that line out");
  }
  new Walk(report).weigh(document.contents);
}

class Walk {
  readonly #report: Report;
  readonly #anchors = new Map<string, Node>();
  /** Of what is under way, none yet. */
  readonly #weights = new Map<Node, number>();

  constructor(report: Report) {
    this.#report = report;
  }

  /** How many values `node` stands for. */
  weigh(node: unknown): number {
    if (isAlias(node)) return this.#alias(node);
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return 0;
    if (node.tag !== undefined) this.#tag(node.tag, start(node));
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    const weight = 1 + (isMap(node) ? this.#map(node.items) : isSeq(node) ? this.#sum(node.items) : 0);
    this.#weights.set(node, Math.min(weight, LARGEST));
    if (weight <= LARGEST) return weight;
    this.#report(start(node), `stands for more than ${LARGEST} values by its aliases`, "write what is meant");
    return 0;
  }

  #tag(tag: string, at: number): void {
    const written = tag.replace("tag:yaml.org,2002:", "!!");
    this.#report(at, `the tag ${quote(written)} changes how what follows is read`, "take the tag out");
  }

  #alias(alias: Node & { readonly source: string }): number {
    const target = this.#anchors.get(alias.source);
    const weight = target === undefined ? undefined : this.#weights.get(target);
    if (weight !== undefined) return weight;
    const name = `*${alias.source}`;
    if (target === undefined) {
      const hint = didYouMean(alias.source, [...this.#anchors.keys()]);
      this.#report(start(alias), `${quote(name)} has no anchor before it`, hint);
    } else this.#report(start(alias), `${quote(name)} contains itself`, "write what is meant");
    return 0;
  }

  #sum(items: readonly unknown[]): number {
    return items.reduce<number>((sum, item) => sum + this.weigh(item), 0);
  }

  #map(items: readonly Pair[]): number {
    const seen = new Set<string>();
    for (const { key, value } of items) {
      if (!isScalar(key)) {
        this.#report(start(key), "a key that is no plain text", "write the name of a field");
        continue;
      }
      // The reader has a symbol for the key that merges.
      const name = typeof key.value === "symbol" ? "<<" : String(key.value);
      if (seen.has(name)) this.#report(start(key), `${quote(name)} is there twice`, "take one of them out");
      seen.add(name);
      if (name === "<<") this.#mergeable(value, start(key));
    }
    return this.#sum(items.map(({ value }) => value));
  }

  #mergeable(value: unknown, at: number): void {
    const sources = isSeq(value) ? value.items : [value];
    const target = (one: unknown) => (isAlias(one) ? this.#anchors.get(one.source) : one);
    // An alias of nothing is reported by itself.
    if (sources.every((one) => target(one) === undefined || isMap(target(one)))) return;
    this.#report(at, 'what "<<" takes in is no map', "write an alias of a map behind it, like <<: *usual");
  }
}

function start(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}
