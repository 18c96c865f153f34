/** The inputs of `command:local:Command`, taken out of their envelopes. */
import type { Json, Properties } from "../../pulumi-protocol/wire.ts";
import { holdsUnknown, unwrapAll } from "../../pulumi-protocol/wire.ts";

export interface CommandInputs {
  readonly create?: string;
  readonly update?: string;
  readonly delete?: string;
  readonly triggers?: readonly Json[];
  readonly stdin?: string;
  readonly logging?: "stdout" | "stderr" | "stdoutAndStderr" | "none";
  readonly interpreter?: readonly string[];
  readonly dir?: string;
  readonly environment?: { readonly [name: string]: string };
  readonly assetPaths?: readonly string[];
  readonly archivePaths?: readonly string[];
  readonly addPreviousOutputInEnv?: boolean;
}

type Shape = "string" | "bool" | "array" | "map" | "strings";

const shapes: { readonly [name in keyof CommandInputs]-?: Shape } = {
  create: "string",
  update: "string",
  delete: "string",
  triggers: "array",
  stdin: "string",
  logging: "string",
  interpreter: "strings",
  dir: "string",
  environment: "map",
  assetPaths: "strings",
  archivePaths: "strings",
  addPreviousOutputInEnv: "bool",
};

export const inputNames: readonly string[] = Object.keys(shapes);

export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** What does not fit its shape; values that are not known yet fit everywhere. */
export function checkInputs(news: Properties): Failure[] {
  const plain = unwrapAll(news);
  return Object.entries(shapes).flatMap(([property, shape]) => {
    const value = plain[property];
    if (value === undefined || value === null || holdsUnknown(value) || fits(value, shape)) return [];
    return [{ property, reason: `Field '${property}' must be a '${shape}'; got '${typeof value}' instead` }];
  });
}

/** Only after `checkInputs` found nothing. Nulls, which the wire has for absent values, are left out. */
export function plainInputs(properties: Properties): CommandInputs {
  const plain = unwrapAll(properties);
  return Object.fromEntries(
    inputNames.flatMap((name) =>
      plain[name] === undefined || plain[name] === null ? [] : [[name, plain[name]]],
    ),
  ) as CommandInputs;
}

/** The part of a state that was input once. */
export function onlyInputs(state: Properties): Properties {
  return Object.fromEntries(Object.entries(state).filter(([name]) => inputNames.includes(name)));
}

function fits(value: Json, shape: Shape): boolean {
  switch (shape) {
    case "string":
      return typeof value === "string";
    case "bool":
      return typeof value === "boolean";
    case "array":
      return Array.isArray(value);
    case "strings":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
    case "map":
      return isMap(value) && Object.values(value).every((item) => typeof item === "string");
  }
}

function isMap(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
