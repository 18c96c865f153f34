/** The difference of two sets of inputs as lines a person reads: one path for each rule, file or field. */
import { isDeepStrictEqual } from "node:util";
import { holdsSecret, type Json, type Properties, unwrap } from "./wire.ts";

export type Kind = "add" | "delete" | "update";

export interface Difference {
  /** A property path as the engine reads it: `rules["forward/lateral"]`. */
  readonly path: string;
  readonly property: string;
  readonly kind: Kind;
}

function isMap(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(before: Json | undefined, after: Json | undefined): Kind {
  if (before === undefined) return "add";
  return after === undefined ? "delete" : "update";
}

function segment(key: string): string {
  return /^[A-Za-z_][\w]*$/.test(key)
    ? `.${key}`
    : `["${key.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"]`;
}

function compareProperty(property: string, before: Json | undefined, after: Json | undefined): Difference[] {
  const secret = [before, after].some((value) => value !== undefined && holdsSecret(value));
  const plain = [before, after].map((value) => (value === undefined ? undefined : unwrap(value)));
  if (isDeepStrictEqual(plain[0], plain[1])) return [];
  // Inside a secret no path is named: even the names of its fields stay hidden.
  if (secret || !isMap(before) || !isMap(after)) {
    return [{ path: property, property, kind: kindOf(before, after) }];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys
    .filter((key) => !isDeepStrictEqual(before[key], after[key]))
    .map((key) => ({ path: property + segment(key), property, kind: kindOf(before[key], after[key]) }));
}

/**
 * Differences from `before` to `after`, both as they came on the wire. Properties named in `quiet` are told only
 * when nothing else differs.
 */
export function differences(
  before: Properties,
  after: Properties,
  quiet: readonly string[] = [],
): readonly Difference[] {
  const properties = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !name.startsWith("__"),
  );
  const all = properties.flatMap((name) => compareProperty(name, before[name], after[name]));
  const loud = all.filter((difference) => !quiet.includes(difference.property));
  return loud.length > 0 ? loud : all;
}
