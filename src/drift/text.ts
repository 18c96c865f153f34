/** The findings for people: one line each, the stack's verdict above them. Pure. */
import type { Finding, StackDrift, Verdict } from "./classify.ts";

const says: Readonly<Record<Verdict, string>> = {
  clean: "as declared",
  drift: "DRIFT",
  window: "no drift, but a window waits for somebody",
  unknown: "could not tell",
  "not-deployed": "not deployed",
};

const marks: Readonly<Record<Finding["kind"], string>> = {
  drift: "drift    ",
  unapplied: "unapplied",
  window: "window   ",
  unknown: "unknown  ",
  note: "note     ",
};

export function driftText(stacks: readonly StackDrift[]): string {
  return stacks
    .flatMap(({ stack, verdict, findings }) => [
      `${stack}: ${says[verdict]}`,
      ...findings.map(({ kind, resource, text }) => `  ${marks[kind]}  ${resource}: ${text}`),
    ])
    .join("\n");
}
