/**
 * Three building blocks over zod, so that every refusal says what was written and what to write instead:
 * `scalar` for a single value, `fields` for a map whose fields are a closed set, `dispatch` for a value that
 * has several forms. Issues carry `params.hint`; `missing` marks a field that is not there.
 */
import { z } from "zod";
import { didYouMean } from "../yaml/did-you-mean.ts";
import { Invalid, isMap, quote } from "../yaml/invalid.ts";

export interface IssueParams {
  readonly hint?: string;
  readonly missing?: true;
  /** The field's own name is what is wrong, not its value. */
  readonly atKey?: true;
}

type Context = z.core.$RefinementCtx;

function refuse(context: Context, message: string, params: IssueParams = {}): never {
  context.addIssue({ code: "custom", message, params: { ...params } });
  return z.NEVER;
}

/** A value that `read` understands; what `read` throws as `Invalid` becomes the issue. */
export function scalar<T>(expected: string, read: (text: string) => T) {
  return z.unknown().transform((input, context): T => {
    if (input === undefined || input === null) {
      return refuse(context, `missing; expected ${expected}`, { missing: true });
    }
    if (typeof input !== "string") {
      return refuse(context, `expected ${expected}, not ${quote(input)}`, quotesHint(input));
    }
    try {
      return read(input);
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      return refuse(context, error.message, error.hint === undefined ? {} : { hint: error.hint });
    }
  });
}

/** YAML makes a number or a truth value of what is no text to it. */
function quotesHint(input: unknown): IssueParams {
  if (typeof input !== "number" && typeof input !== "boolean") return {};
  return {
    hint: `a text that looks like a ${typeof input === "number" ? "number" : "truth value"} stands in quotes: "${input}"`,
  };
}

export function integer(expected: string, from: number, to: number) {
  return z.unknown().transform((input, context): number => {
    if (input === undefined || input === null) {
      return refuse(context, `missing; expected ${expected}`, { missing: true });
    }
    if (typeof input !== "number" || !Number.isInteger(input) || input < from || input > to) {
      const quoted = typeof input === "string" && /^\s*\d+\s*$/.test(input) ? ", without quotes" : "";
      const hint = `write a whole number from ${from} to ${to}${quoted}`;
      return refuse(context, `expected ${expected}, not ${quote(input)}`, { hint });
    }
    return input;
  });
}

export function oneOf<const T extends string>(expected: string, values: readonly T[]) {
  return scalar(expected, (text): T => {
    const value = values.find((candidate) => candidate === text);
    if (value === undefined) throw new Invalid(`${quote(text)} is not ${expected}`, didYouMean(text, values));
    return value;
  });
}

/** A list of at least `least`; a single value stands for a list of one. */
export function list<S extends z.ZodType>(item: S, expected: string, least = 0) {
  return z.unknown().transform((input, context): z.output<S>[] => {
    if (input === undefined || input === null) {
      return refuse(context, `missing; expected ${expected}`, { missing: true });
    }
    const single = typeof input === "string";
    const items: readonly unknown[] = Array.isArray(input) ? input : [input];
    if (!Array.isArray(input) && !single) {
      const hint = quotesHint(input).hint ?? "write a list";
      return refuse(context, `expected ${expected}, not ${quote(input)}`, { hint });
    }
    if (items.length < least) return refuse(context, `expected ${expected}; the list is empty`);
    return items.map((value, index) => delegate(item, value, context, single ? [] : [index]));
  });
}

/** A map with these fields and no other. */
export function fields<S extends z.ZodRawShape>(what: string, shape: S) {
  const schema = z.object(shape);
  return z.unknown().transform((input, context): z.output<typeof schema> => {
    if (input === undefined || input === null) {
      return refuse(context, `missing; expected ${what}`, { missing: true });
    }
    if (!isMap(input)) return refuse(context, `expected ${what} as a map of fields, not ${quote(input)}`);
    const known = Object.keys(shape);
    for (const key of Object.keys(input)) {
      if (Object.hasOwn(shape, key)) continue;
      context.addIssue({
        code: "custom",
        message: `unknown field ${quote(key)} in ${what}`,
        path: [key],
        params: { hint: didYouMean(key, known), atKey: true },
      });
    }
    return delegate(schema, input, context);
  });
}

/** Lets `choose` pick the schema by what was written. */
export function dispatch<T>(choose: (input: unknown) => z.ZodType<T>) {
  return z.unknown().transform((input, context): T => delegate(choose(input), input, context));
}

function delegate<S extends z.ZodType>(
  schema: S,
  input: unknown,
  context: Context,
  under: readonly PropertyKey[] = [],
): z.output<S> {
  const outcome = schema.safeParse(input);
  if (outcome.success) return outcome.data;
  for (const issue of outcome.error.issues) {
    const params = issue.code === "custom" ? issue.params : undefined;
    context.addIssue({
      code: "custom",
      message: issue.message,
      path: [...under, ...issue.path],
      ...(params === undefined ? {} : { params }),
    });
  }
  return z.NEVER;
}
