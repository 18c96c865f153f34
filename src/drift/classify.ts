/**
 * What one stack's preview means to whoever is on call: drift, a window that waits for somebody, or that nothing
 * could be told. Pure; docs/drift.md is the contract.
 */
import { type Preview, partsOf, type Step } from "./preview-json.ts";

export type FindingKind =
  /** The live state is not what was applied. */
  | "drift"
  /** What the repository declares was not applied yet. */
  | "unapplied"
  /** A window ended badly and nobody has acknowledged it. */
  | "window"
  /** Could not be looked at. */
  | "unknown"
  /** Worth knowing, and no reason for an exit code. */
  | "note";

export interface Finding {
  readonly kind: FindingKind;
  /** "EdgeFirewall edge", or "stack" where no resource is meant. */
  readonly resource: string;
  /** One line, naming the rule, file or host. */
  readonly text: string;
}

export type Verdict = "clean" | "drift" | "window" | "unknown" | "not-deployed";

export interface StackDrift {
  readonly stack: string;
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
}

/** What the backup host says of one window: `jeda window status --id ID --json`. */
export interface WindowAnswer {
  readonly id: string;
  /** Null while it runs. */
  readonly result: string | null;
  readonly acknowledged: boolean;
}

/** The answer, null for a window the backup host has never heard of, or why it could not be asked. */
export type WindowLookup = WindowAnswer | null | { readonly error: string };

/** A window that began, did not end ok, and that nobody has acknowledged. */
export interface BadEnd {
  readonly id: string;
  readonly result: string;
}

export interface Looked {
  readonly stack: string;
  /** Of `pulumi preview --json --expect-no-changes`. */
  readonly exitCode: number;
  readonly preview: Preview | null;
  readonly stderr: string;
  /** Of the window whose commands are to be created; see `windowToCreate`. */
  readonly window?: WindowLookup;
  /** Of this stack, also where nothing follows its windows; or why it could not be asked. */
  readonly badEnds?: readonly BadEnd[] | { readonly error: string };
}

const UNHEALTHY = "Refreshed resource is in an unhealthy state:";

export function classify(looked: Looked): StackDrift {
  const findings = unique(findingsOf(looked));
  return { stack: looked.stack, verdict: verdictOf(findings.map(({ kind }) => kind)), findings };
}

/** What is certain goes first: drift that was seen is drift, also where another host could not be looked at. */
function verdictOf(kinds: readonly FindingKind[]): Verdict {
  if (kinds.includes("drift") || kinds.includes("unapplied")) return "drift";
  if (kinds.includes("unknown")) return "unknown";
  return kinds.includes("window") ? "window" : "clean";
}

/** `not-deployed` for all stacks together: the backend is hardly the right one. */
export const exitCodes: Readonly<Record<Verdict, number>> = {
  clean: 0,
  unknown: 1,
  "not-deployed": 1,
  window: 3,
  drift: 7,
};

/** Of several stacks together. */
export function overall(stacks: readonly StackDrift[]): Verdict {
  const order: readonly Verdict[] = ["drift", "unknown", "window", "clean", "not-deployed"];
  return order.find((verdict) => stacks.some((stack) => stack.verdict === verdict)) ?? "clean";
}

/** The id of the window whose `arm` or `follow` the preview wants to create; undefined when it does not. */
export function windowToCreate(preview: Preview): string | undefined {
  for (const step of preview.steps.filter(isWindowCommand)) {
    const triggers = step.inputs.triggers;
    if (Array.isArray(triggers) && typeof triggers[0] === "string") return triggers[0];
  }
  return undefined;
}

function isWindowCommand({ type, name, op }: Step): boolean {
  return type === "command:local:Command" && (name === "arm" || name === "follow") && !op.includes("delete");
}

function findingsOf(looked: Looked): Finding[] {
  const { preview, exitCode } = looked;
  // The engine's own errors say it best, and everything else in such a preview is unfinished.
  if (preview === null || (exitCode !== 0 && exitCode !== 7)) return [failure(looked)];
  const told = preview.diagnostics.flatMap(({ urn, message }) =>
    urn === undefined ? [] : said(urn, message),
  );
  const unread = new Set(
    preview.diagnostics.filter(({ message }) => message.startsWith(UNHEALTHY)).map(({ urn }) => urn),
  );
  const found = [
    ...told,
    ...preview.steps.filter((step) => !isWindowCommand(step)).flatMap((step) => changes(step, told, unread)),
    ...windowFindings(looked),
    ...badEndFindings(looked),
  ];
  if (exitCode === 7 && found.length === 0) {
    return [{ kind: "unapplied", resource: "stack", text: "the preview proposes changes it does not name" }];
  }
  return found;
}

function failure({ preview, stderr, exitCode }: Looked): Finding {
  const errors = (preview?.diagnostics ?? []).filter(({ severity }) => severity === "error");
  const lines = (errors.length > 0 ? errors.map(({ message }) => message).join("\n") : stderr)
    .split("\n")
    .map((line) => line.trim().replace(/^error: /, ""))
    .filter((line) => line !== "" && !/^(Previewing update|View (in Browser|Live)|Diagnostics:)/.test(line));
  const text = lines.slice(0, 3).join("; ") || `pulumi preview ended with ${exitCode} and said nothing`;
  return { kind: "unknown", resource: "stack", text };
}

/** What the provider said of a resource. */
function said(urn: string, message: string): Finding[] {
  const resource = nameOf(urn);
  if (message.startsWith("drift: ")) return [{ kind: "drift", resource, text: oneLine(message.slice(7)) }];
  if (message.startsWith("note: ")) return [{ kind: "note", resource, text: oneLine(message.slice(6)) }];
  if (!message.startsWith(UNHEALTHY)) return [];
  const reason = message.slice(UNHEALTHY.length).trim().split("\n")[0] ?? "";
  return [{ kind: "unknown", resource, text: `not looked at: ${reason.replace(/^\* /, "")}` }];
}

/** A change that no `drift:` line explains is one of the repository's own that nobody has applied. */
function changes(step: Step, told: readonly Finding[], unread: ReadonlySet<string | undefined>): Finding[] {
  const resource = nameOf(step.urn);
  const paths = Object.entries(step.detail).map(([path, kind]) => `${sign(kind)} ${path}`);
  if (told.some((finding) => finding.kind === "drift" && finding.resource === resource)) return [];
  if (unread.has(step.urn) && paths.length === 0) return [];
  const what = step.op === "update" ? "" : `${step.op}: `;
  const all = paths.length > 0 ? paths.join(", ") : "the whole resource";
  return [{ kind: "unapplied", resource, text: `declared and not applied: ${what}${all}` }];
}

function sign(kind: string): string {
  if (kind.startsWith("add")) return "+";
  return kind.startsWith("delete") ? "-" : "~";
}

function windowFindings({ preview, window }: Looked): Finding[] {
  if (preview === null) return [];
  const id = windowToCreate(preview);
  if (id === undefined) return [];
  const resource = `Window ${id}`;
  if (window === undefined) return [{ kind: "unknown", resource, text: "nobody asked how it stands" }];
  if (window === null) return [{ kind: "unapplied", resource, text: "declared and never armed" }];
  if ("error" in window) {
    return [{ kind: "unknown", resource, text: `how it ended could not be asked: ${oneLine(window.error)}` }];
  }
  if (window.result === null) return [{ kind: "note", resource, text: "is in progress" }];
  if (window.result === "ok" || window.acknowledged) {
    return [{ kind: "note", resource, text: `ended ${window.result}; the next pulumi up records it` }];
  }
  return [badEnd({ id, result: window.result })];
}

/** Under `follow: return` no command of Pulumi's ever knows how a night ended: the backup host does. */
function badEndFindings({ badEnds = [], window }: Looked): Finding[] {
  if ("error" in badEnds) {
    if (window !== undefined) return [];
    const text = `how its windows ended could not be asked: ${oneLine(badEnds.error)}`;
    return [{ kind: "unknown", resource: "stack", text }];
  }
  return badEnds.map(badEnd);
}

function badEnd({ id, result }: BadEnd): Finding {
  const text = `ended ${result}, and nobody has acknowledged it: jeda window acknowledge --id ${id} --reason TEXT`;
  return { kind: "window", resource: `Window ${id}`, text };
}

function nameOf(urn: string): string {
  const { type, name } = partsOf(urn);
  return `${type.split(":").at(-1) ?? type} ${name}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ").trim();
}

/** Two resources on one host say the same of it. */
function unique(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ kind, resource, text }) => {
    const key = `${kind}\n${resource}\n${text}`;
    return !seen.has(key) && seen.add(key);
  });
}
