/** Every definition of a database as hashes, by object and aspect: what differs can then be named. */
import { createHash } from "node:crypto";
import { quoteName, quoteText } from "../../client.ts";
import { unhex } from "../../row-counts.ts";
import type { Rows } from "../source-session.ts";
import { definitionStatements, sequenceNamesStatement } from "./statements.ts";
import { textStatements, textsOf } from "./texts.ts";

/** Hash by aspect, by object ("table NAME"). */
export type Definitions = ReadonlyMap<string, ReadonlyMap<string, string>>;

type Ask = (statements: string) => Promise<Rows>;

export interface Described {
  readonly definitions: Definitions;
  /** The next value by sequence. */
  readonly sequences: ReadonlyMap<string, string>;
}

/** @param events false where the server refuses to say what events there are. */
export async function describe(ask: Ask, database: string, events: boolean): Promise<Described> {
  const lines = new Map<string, Map<string, string[]>>();
  const add = (object: string, aspect: string, line: string): void => {
    const aspects = lines.get(object) ?? new Map<string, string[]>();
    lines.set(object, aspects);
    aspects.set(aspect, [...(aspects.get(aspect) ?? []), line]);
  };
  const names = (await ask(sequenceNamesStatement(database))).map(([name = ""]) => unhex(name));
  const statements = [definitionStatements(database, events), ...names.map(sequenceStatement)];
  const sequences = new Map<string, string>();
  for (const [kind = "", name = "", aspect = "", ...values] of await ask(statements.join("\n"))) {
    if (aspect === "next value") sequences.set(unhex(name), values[0] ?? "");
    else
      add(
        `${kind} ${unhex(name)}`,
        aspect,
        `${aspect} ${values.map((value) => canonical(aspect, value)).join("|")}`,
      );
  }
  // Two ways to the same: what the statements above forget, the server's own text does not.
  const objects = [...lines.keys()];
  for (const { object, text } of textsOf(await ask(textStatements(objects)), objects))
    add(object, "text", text);
  const definitions = new Map(
    [...lines].map(([object, aspects]) => [
      object,
      new Map([...aspects].map(([aspect, all]) => [aspect, hashOf(all)])),
    ]),
  );
  return { definitions, sequences };
}

/** A sequence is a table of one row, and moves by itself. */
function sequenceStatement(name: string): string {
  const fixed = "minimum_value, maximum_value, start_value, increment, cache_size, cycle_option";
  const hex = `HEX(${quoteText(name)})`;
  return [
    `SELECT 'sequence', ${hex}, 'definition', ${fixed} FROM ${quoteName(name)};`,
    `SELECT 'sequence', ${hex}, 'next value', next_not_cached_value FROM ${quoteName(name)};`,
  ].join("\n");
}

/** What older servers call utf8 is utf8mb3 since 10.6. */
function canonical(aspect: string, value: string): string {
  if (!aspect.includes("collation") && aspect !== "character sets") return value;
  return /^([0-9A-F]{2})+$/.test(value) ? unhex(value).replace(/^utf8(?=_|$)/, "utf8mb3") : value;
}

/** Half of a SHA-256: it is compared, never looked up. */
function hashOf(lines: readonly string[]): string {
  return createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 32);
}
