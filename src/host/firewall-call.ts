/** One call of the firewall script on another machine: words in, one line of JSON out, validated. */
import { z } from "zod";
import { JedaError } from "../model/errors.ts";
import { answerIn } from "./frame.ts";
import { runSsh } from "./ssh.ts";
import { lastWords } from "./ssh-failure.ts";

export const clockSchema = z.object({
  bootId: z.string().regex(/^[0-9a-f-]{36}$/),
  bootMs: z.number().int().nonnegative(),
  wallMs: z.number().int().nonnegative(),
  fence: z.number().int().nonnegative(),
});

export const okSchema = z.object({ ok: z.literal(true), clock: clockSchema });

const refusalSchema = z.object({ ok: z.literal(false), code: z.string(), message: z.string() });

export interface CallOptions {
  readonly stdin?: string;
  readonly fresh?: boolean;
  /** By a key that has the script as its forced command. */
  readonly forced?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * @param name what the machine is called in errors.
 * @throws JedaError REFUSED or DEADLINE when the script refused (nothing was changed), INTERNAL when its answer
 *   can't be understood, and what `runSsh` throws.
 */
export async function callFirewall<T>(
  name: string,
  destination: string,
  words: readonly string[],
  schema: z.ZodType<T>,
  options: CallOptions = {},
): Promise<T> {
  const { stdout, stderr, exitCode } = await runSsh(destination, words, {
    ...options,
    stdin: options.stdin ?? "",
  });
  const verb = words.find((word) => /^[a-z]+$/.test(word)) ?? "";
  const answer = answerIn(stdout);
  const refusal = refusalSchema.safeParse(answer);
  if (refusal.success) throw refused(name, verb, refusal.data.code, refusal.data.message);
  const parsed = schema.safeParse(answer);
  if (exitCode === 0 && parsed.success) return parsed.data;
  const said = lastWords(stderr) || lastWords(stdout).slice(0, 200) || "nothing";
  throw new JedaError(
    "INTERNAL",
    `${name} did not answer "${verb}" as its script does: ${said} (exit ${exitCode})`,
    {
      hint: `Is the firewall script installed there, and the forced command of the key behind "${destination}"?`,
      changed: "unknown: ask the edge for its listing",
      cause: parsed.error,
    },
  );
}

const hints: Record<string, string> = {
  deadline: "The deadline has passed, or is less than a second away: nothing is isolated any more tonight.",
  fence: "The window was ended, aborted or released. Start another one if it is still wanted.",
  boot: "The edge has been rebooted since the window began. A living runner asks its clock and isolates again.",
  maximum: "Raise jeda:maxIsolation, or plan a shorter window.",
  busy: "Somebody else is changing this edge. Wait for the end of it (at most the probation), then try again.",
  expired:
    "The edge took too long to reach again, so it put the former rules back. Find out why, then try again.",
  lacking: "Install there what is named (apt-get install …), then try again.",
  table: "Apply the firewall policy first: pulumi up.",
  verb: "The key behind this destination is one of the other two: check jeda:edges.",
  lease: "A window is running. Wait until it has ended, or release it.",
  lapsed:
    "The kernel has already ended this lease, or somebody released it: a renewal never begins an isolation.",
};

function refused(name: string, verb: string, code: string, message: string): JedaError {
  const hint = hints[code];
  return new JedaError(
    code === "deadline" ? "DEADLINE" : "REFUSED",
    `${name} refused "${verb}": ${message}`,
    {
      ...(hint === undefined ? {} : { hint }),
      ...(code === "readback" ? { changed: "unknown: ask the edge for its listing" } : {}),
      cause: { code },
    },
  );
}
