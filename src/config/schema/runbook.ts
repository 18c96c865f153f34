/** The steps of a runbook as written: a word, or a map with the step's name as its only key. */
import { z } from "zod";
import type { Step, StepKind } from "../../model/runbook.ts";
import { didYouMean } from "../yaml/did-you-mean.ts";
import { Invalid, isMap, quote } from "../yaml/invalid.ts";
import { dispatch, fields, integer, list, oneOf, scalar } from "./shape.ts";
import { name, readSize, text } from "./values.ts";

const sources = dispatch<"all" | string[]>((input) =>
  input === "all" ? z.literal("all") : list(name, 'the word "all" or a list of sources', 1),
);

export const percent = scalar("a percentage", (written) => {
  const match = /^(\d{1,3}(?:\.\d{1,3})?) ?%$/.exec(written.trim());
  const value = Number(match?.[1] ?? 0);
  if (value > 0 && value <= 100) return value;
  throw new Invalid(
    `${quote(written)} is not a percentage`,
    'write e.g. "5%", more than 0% and at most 100%',
  );
});

const sample = scalar("a number of files", (written) => {
  const match = /^([1-9]\d{0,5}) files?$/.exec(written.trim());
  if (match !== null) return Number(match[1]);
  throw new Invalid(`${quote(written)} is not a number of files`, 'write e.g. "200 files"');
});

/** Less than this is a slip: megabytes were meant. */
const leastBytesPerSecond = 1024;

const bandwidth = scalar("a bandwidth", (written) => {
  const [amount, ...per] = written.split("/");
  const bytes = per.join("/").trim() === "s" ? (readSize(amount ?? "") ?? 0) : 0;
  if (bytes >= leastBytesPerSecond) return bytes;
  throw new Invalid(
    `${quote(written)} is not a bandwidth`,
    'write bytes, not bits, like "50 MB/s" or "512 KiB/s"',
  );
});

const backup = fields("the step backup", {
  sources,
  parallel: integer("how many sources run at once", 1, 64).default(1),
  bandwidth: bandwidth.optional(),
}).transform(({ bandwidth: bytesPerSecond, ...written }): Step => {
  const limit = bytesPerSecond === undefined ? {} : { bytesPerSecond };
  return { kind: "backup", ...written, ...limit };
});

const verify = fields("the step verify", {
  read: percent,
  restore: fields("what is restored", { sample }),
  databases: oneOf("what is done with dumps", ["load", "skip"]),
}).transform(
  (written): Step => ({
    kind: "verify",
    readPercent: written.read,
    sampleFiles: written.restore.sample,
    databases: written.databases,
  }),
);

const prove = oneOf("a state to prove", ["isolated", "connected"]).transform(
  (state): Step => ({ kind: "prove", state }),
);

const OPTIONS = { prove, backup, verify } as const;

/** The closed set of steps; `true` marks those that need options. */
const KINDS: Readonly<Record<StepKind, boolean>> = {
  preflight: false,
  isolate: false,
  prove: true,
  backup: true,
  verify: true,
  "shut-and-reconnect": false,
  report: false,
};

const KNOWN = Object.keys(KINDS);

const isKind = (text: string): text is StepKind => Object.hasOwn(KINDS, text);

const refused = (message: string, hint: string) =>
  z.unknown().transform((_, context): Step => {
    context.addIssue({ code: "custom", message, params: { hint } });
    return z.NEVER;
  });

/** The issue names every known step: there are few, and the one meant may be spelt quite differently. */
const unknownStep = (written: string) =>
  refused(
    `there is no step ${quote(written)}`,
    [didYouMean(written, KNOWN), `known: ${KNOWN.join(", ")}`].filter(unlike).join(" "),
  );

const unlike = (text: string, index: number, all: readonly string[]) => all.indexOf(text) === index;

export const step = dispatch<Step>((input) => {
  if (typeof input === "string") {
    if (!isKind(input)) return unknownStep(input);
    if (KINDS[input]) return refused(`the step ${input} needs options`, EXAMPLES[input] ?? "");
    return z.unknown().transform(() => ({ kind: input }) as Step);
  }
  const keys = isMap(input) ? Object.keys(input) : [];
  const [kind] = keys;
  if (kind === undefined || keys.length !== 1) {
    return refused(
      `${quote(input)} is not a step`,
      "write a step's name, or a map with that name as only key",
    );
  }
  if (!isKind(kind)) return unknownStep(kind);
  if (kind !== "prove" && kind !== "backup" && kind !== "verify") {
    return refused(`the step ${kind} takes no options`, `write "- ${kind}"`);
  }
  return z.object({ [kind]: OPTIONS[kind] }).transform((written) => written[kind] as Step);
});

const EXAMPLES: Partial<Record<StepKind, string>> = {
  prove: 'write "- prove: isolated" or "- prove: connected"',
  backup: 'write "- backup: { sources: all, parallel: 2 }"',
  verify: 'write "- verify: { read: 5%, restore: { sample: 200 files }, databases: load }"',
};

/** A word per source would be as easily forgotten as the source: the reason is what somebody thinks about. */
const reasons = dispatch<Record<string, string>>((input) => {
  if (!isMap(input)) return fields("the sources that are not saved", {});
  return z.object(Object.fromEntries(Object.keys(input).map((key) => [key, text])));
});

const without = fields("what is left out", {
  verify: text.optional(),
  sources: reasons.optional(),
}).transform(({ verify, sources }) => ({
  ...(verify === undefined ? {} : { verify }),
  ...(sources === undefined ? {} : { sources }),
}));

export const runbook = fields("the runbook", {
  without: without.optional(),
  steps: list(step, "the steps", 1),
  finally: list(step, "what is done on every path", 1),
});
