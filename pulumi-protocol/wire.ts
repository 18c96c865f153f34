/**
 * Properties as the engine sends them. A secret travels as an object with a signature key around its value, an
 * unknown (in previews only) as a fixed word. Inputs are echoed as they came, so that what is secret stays so.
 */
import { structPb } from "./proto.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Properties = { readonly [key: string]: Json };

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
/** The engine's word for a value that is not known before the update. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isSecret(value: Json | undefined): boolean {
  return isObject(value) && value[SIGNATURE] === SECRET;
}

export function secret(value: Json): Json {
  return { [SIGNATURE]: SECRET, value };
}

/** The value without the envelopes of its secrets, at every depth. Never send the result back. */
export function unwrap(value: Json): Json {
  if (Array.isArray(value)) return value.map(unwrap);
  if (!isObject(value)) return value;
  if (value[SIGNATURE] === SECRET) return unwrap(value.value ?? null);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unwrap(item)]));
}

export function unwrapAll(properties: Properties): Properties {
  return unwrap(properties) as Properties;
}

export function holdsUnknown(value: Json): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(holdsUnknown);
  return isObject(value) && Object.values(value).some(holdsUnknown);
}

export function holdsSecret(value: Json): boolean {
  if (isSecret(value)) return true;
  if (Array.isArray(value)) return value.some(holdsSecret);
  return isObject(value) && Object.values(value).some(holdsSecret);
}

export function fromStruct(struct: structPb.Struct | undefined): Properties {
  return (struct?.toJavaScript() ?? {}) as Properties;
}

export function toStruct(properties: Properties): structPb.Struct {
  return structPb.Struct.fromJavaScript(properties as Parameters<typeof structPb.Struct.fromJavaScript>[0]);
}
