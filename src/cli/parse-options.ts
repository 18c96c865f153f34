/** The options of a verb, by Node's own reader, in words for whoever typed them. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { JedaError } from "../model/errors.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Values<O extends Options> = ReturnType<
  typeof parseArgs<{ readonly args: string[]; readonly options: O }>
>["values"];

const HINT = "jeda help lists the commands, docs/cli.md their options";

/** @throws JedaError CONFIG for an option that is not among them, has no value, or is there twice. */
export function parseOptions<const O extends Options>(
  words: readonly string[],
  options: O,
  usage: string = HINT,
): Values<O> {
  try {
    const { values, tokens } = parseArgs({ args: [...words], options, tokens: true });
    const seen = new Map<string, string | undefined>();
    for (const token of tokens) {
      if (token.kind !== "option") continue;
      // Node takes the last without a word, and which of two stacks was meant is nothing to guess.
      if (seen.has(token.name) && token.value !== undefined)
        throw twice(token.name, seen.get(token.name), token.value);
      seen.set(token.name, token.value);
    }
    return values as Values<O>;
  } catch (error) {
    if (error instanceof JedaError) throw error;
    throw inWords(error instanceof Error ? error.message : String(error), usage);
  }
}

function twice(name: string, first: string | undefined, second: string): JedaError {
  return new JedaError("CONFIG", `--${name} is there twice: "${first}" and "${second}"`, {
    hint: "name one, and type the line once for each",
  });
}

/** Of a value that begins with a dash Node says in four lines how options may be written. */
function inWords(message: string, usage: string): JedaError {
  const name = /^Option '(?:-\w, )?(--[\w-]+)[^']*' argument is ambiguous/.exec(message)?.[1];
  if (name === undefined) return new JedaError("CONFIG", message, { hint: usage });
  return new JedaError("CONFIG", `${name} has no value: what follows begins with a dash`, {
    hint: `write ${name}=VALUE if it is the value; ${usage}`,
  });
}
