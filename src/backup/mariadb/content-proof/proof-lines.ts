/**
 * The proof as SQL comments behind the dump's own last line, so that the plain client still loads what was saved.
 * Pure. Names come as escapes: no quote, backtick, backslash or semicolon of theirs is ever seen by a client.
 */
import { createHash } from "node:crypto";
import type { ObjectProof, Proof, SequenceProof, TableProof } from "./proof.ts";

/** After the two dashes and the space. */
export const MARK = "jeda proof ";

export function proofLines({ tables, objects, sequences, ...head }: Proof): readonly string[] {
  const body = [
    `head ${encode(head)}`,
    ...tables.map((one) => `table ${encode(one)}`),
    ...objects.map((one) => `object ${encode(one)}`),
    ...sequences.map((one) => `sequence ${encode(one)}`),
  ];
  return [...body, `end ${digest(body)}`].map((line) => `-- ${MARK}${line}\n`);
}

/** Of the lines' text after the mark. Null when there is none: a dump from before there were proofs. @throws Error */
export function parseProof(lines: readonly string[]): Proof | null {
  if (lines.length === 0) return null;
  const body = lines.slice(0, -1);
  if (lines.at(-1) !== `end ${digest(body)}`) throw new Error("the proof beside the data is damaged");
  const of = <T>(kind: string): readonly T[] =>
    body
      .filter((line) => line.startsWith(`${kind} `))
      .map((line) => JSON.parse(line.slice(kind.length + 1)) as T);
  const [head] = of<Omit<Proof, "tables" | "objects" | "sequences">>("head");
  if (head?.version !== 1) throw new Error("the proof beside the data is of an unknown version");
  return {
    ...head,
    tables: of<TableProof>("table"),
    objects: of<ObjectProof>("object"),
    sequences: of<SequenceProof>("sequence"),
  };
}

function encode(value: unknown): string {
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(/[^ -~]|['`;]/g, escaped);
}

function digest(body: readonly string[]): string {
  return createHash("sha256").update(body.join("\n")).digest("hex");
}
