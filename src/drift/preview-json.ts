/** What `pulumi preview --json` says, as far as drift is told from it. Pure. */
import { z } from "zod";

const stepSchema = z.object({
  op: z.string(),
  urn: z.string(),
  detailedDiff: z.record(z.string(), z.object({ kind: z.string() })).nullish(),
  newState: z.object({ inputs: z.record(z.string(), z.unknown()).optional() }).nullish(),
});

const previewSchema = z.object({
  steps: z.array(stepSchema).default([]),
  diagnostics: z
    .array(z.object({ urn: z.string().optional(), message: z.string(), severity: z.string() }))
    .nullish(),
});

export interface Step {
  readonly op: string;
  readonly urn: string;
  /** `jeda:index:EdgeFirewall`, the last one of the URN's types. */
  readonly type: string;
  readonly name: string;
  /** Property path → "add", "update", "delete" and their replacing twins. */
  readonly detail: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface Diagnostic {
  readonly urn: string | undefined;
  readonly severity: string;
  /** Without the severity in front and the line feed behind. */
  readonly message: string;
}

export interface Preview {
  /** Only what would change something: neither `same` nor `refresh` nor a look. */
  readonly steps: readonly Step[];
  readonly diagnostics: readonly Diagnostic[];
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME` */
export function partsOf(urn: string): { readonly type: string; readonly name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name: name.join("::") };
}

const idle: readonly string[] = ["same", "refresh", "read", "read-discard", "discard"];

/** Null when this is no preview: the engine ended before it had one. */
export function parsePreview(text: string): Preview | null {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = previewSchema.safeParse(raw);
  if (!parsed.success) return null;
  return {
    steps: parsed.data.steps
      .filter(({ op }) => !idle.includes(op))
      .map(({ op, urn, detailedDiff, newState }) => ({
        op,
        urn,
        ...partsOf(urn),
        detail: Object.fromEntries(
          Object.entries(detailedDiff ?? {}).map(([path, { kind }]) => [path, kind]),
        ),
        inputs: newState?.inputs ?? {},
      })),
    diagnostics: (parsed.data.diagnostics ?? []).map(({ urn, severity, message }) => ({
      urn,
      severity,
      message: message.replace(new RegExp(`^${severity}: `), "").trimEnd(),
    })),
  };
}
