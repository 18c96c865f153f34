/**
 * Where things stand in a YAML file. The Pulumi engine hands a program its configuration without positions,
 * so they come from reading the stack's file again.
 */
import {
  type Document,
  isAlias,
  isScalar,
  isSeq,
  isMap as isYamlMap,
  LineCounter,
  type Node,
  parseDocument,
} from "yaml";
import { JedaError, JedaErrors, type Position } from "../../model/errors.ts";
import { shortened } from "./invalid.ts";
import { checkStructure, otherLineEnd, tooDeep } from "./yaml-structure.ts";

export type Path = readonly (string | number)[];

export interface Positions {
  /** The value at `path`, or the nearest thing around it that has a position. */
  at(path: Path): Position | undefined;
  /** The field's name at `path`. */
  keyAt(path: Path): Position | undefined;
}

/** For configuration that came from elsewhere than the file (`-c`, another `--config-file`). */
export const NO_POSITIONS: Positions = { at: () => undefined, keyAt: () => undefined };

export interface PositionedYaml {
  readonly file: string;
  readonly content: unknown;
  readonly document: Document.Parsed;
  readonly positions: Positions;
  place(offset: number): Position;
}

/**
 * Parses YAML 1.2 and remembers where every value stands.
 * @param file as it is to be shown: relative to the project
 * @throws JedaErrors when the text is not YAML
 */
export function readYaml(file: string, text: string): PositionedYaml {
  const lines = new LineCounter();
  // Editors don't count the mark that some write in front of UTF-8.
  const content = text.replace(/^\uFEFF/, "");
  const lineEnd = otherLineEnd(content);
  if (lineEnd !== undefined) {
    const before = content.slice(0, lineEnd.at).split("\n");
    const at = { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    const hint = "save it with LF, or CRLF, at the end of each line";
    throw new JedaErrors([new JedaError("CONFIG", lineEnd.message, { at, hint })]);
  }
  const deep = tooDeep(content);
  if (deep !== undefined) {
    const before = content.slice(0, deep).split("\n");
    const at = { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    throw new JedaErrors([new JedaError("CONFIG", "nested too deeply to be meant", { at, hint: MEND })]);
  }
  // Its own search for doubled keys is quadratic.
  const options = { lineCounter: lines, merge: true, prettyErrors: false, uniqueKeys: false };
  const document = parseDocument(content, options);
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  // Only the first: one missing bracket makes dozens of others.
  const [broken] = document.errors;
  if (broken !== undefined) {
    const at = place(broken.pos[0]);
    if (broken.code === "MULTIPLE_DOCS") {
      const hint = "keep one of them, and take the line --- before the other out";
      throw new JedaErrors([new JedaError("CONFIG", "multiple documents in one file", { at, hint })]);
    }
    const message = `not YAML: ${shortened(broken.message)}`;
    throw new JedaErrors([new JedaError("CONFIG", message, { at, hint: MEND })]);
  }
  const errors: JedaError[] = [];
  checkStructure(document, (offset, message, hint) => {
    errors.push(new JedaError("CONFIG", shortened(message), { at: place(offset), hint }));
  });
  if (errors.length > 0) throw new JedaErrors(errors);
  const positions: Positions = {
    at: (path) => offsetOf(document, path, "value", place),
    keyAt: (path) => offsetOf(document, path, "key", place),
  };
  // How much aliases may stand for was counted above.
  return { file, content: document.toJS({ maxAliasCount: -1 }), document, positions, place };
}

const MEND = "mend the YAML; nothing of the file was used";

/** The same positions, with every path below `prefix`. */
export function below(positions: Positions, prefix: (path: Path) => Path | undefined): Positions {
  const through = (path: Path, find: (full: Path) => Position | undefined) => {
    const full = prefix(path);
    return full === undefined ? undefined : find(full);
  };
  return {
    at: (path) => through(path, (full) => positions.at(full)),
    keyAt: (path) => through(path, (full) => positions.keyAt(full)),
  };
}

function offsetOf(
  document: Document.Parsed,
  path: Path,
  wanted: "key" | "value",
  place: (offset: number) => Position,
): Position {
  let node: unknown = document.contents;
  let found = start(node);
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isYamlMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined) break;
      const last = depth === path.length - 1;
      found = (last && wanted === "key" ? start(pair.key) : (start(pair.value) ?? start(pair.key))) ?? found;
      node = pair.value;
    } else if (isSeq(node) && typeof step === "number" && node.items[step] !== undefined) {
      node = node.items[step];
      found = start(node) ?? found;
    } else break;
  }
  // An empty file has no nodes; its beginning is place enough.
  return place(found ?? 0);
}

function start(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
