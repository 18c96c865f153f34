/** `jeda window arm < plan.json`: idempotent by the window's id; returns as soon as the runner has the plan. */
import { text } from "node:stream/consumers";
import { JedaError } from "../../model/errors.ts";
import { acceptPlan } from "../../window/plan/accept-plan.ts";
import { windowOptions } from "../options.ts";
import { askRunnerJson } from "../remote-runner.ts";

interface Answer {
  readonly armed: "now" | "already" | "resumed" | "changed";
  readonly state: string;
  readonly result: string | null;
  readonly planDiffers: boolean;
  readonly brokenLine?: number;
  /** Of a recurring window. */
  readonly next?: { readonly id: string; readonly start: string } | null;
}

export async function run(words: readonly string[]): Promise<number> {
  const options = windowOptions(words);
  const sent = await text(process.stdin);
  const plan = acceptPlan(sent);
  const destination = plan.backupHost.ssh;
  if (options.backup !== undefined && options.backup !== destination) {
    throw new JedaError("CONFIG", `the plan's backup host is ${destination}, not ${options.backup}`, {
      hint: "leave --backup out: the plan says where it runs",
    });
  }
  const answer = await askRunnerJson<Answer>(destination, ["arm", "--by", options.by], sent);
  process.stderr.write(`${told(plan.id, answer)}\n`);
  process.stdout.write(`${JSON.stringify({ id: plan.id })}\n`);
  return 0;
}

function told(id: string, { armed, state, result, planDiffers, next, brokenLine }: Answer): string {
  if (brokenLine !== undefined) {
    return `the journal of the window ${id} is broken from line ${brokenLine} on: a runner releases every edge and ends it as failed (jeda window follow --id ${id}); to run it once more, raise window.attempt`;
  }
  if (next !== undefined) {
    const how = { now: "is armed", changed: "was changed", already: "stands already", resumed: "stands" };
    const coming =
      next === null ? "no window of it can be armed" : `its next window is ${next.id} at ${next.start}`;
    return `the recurring window ${id} ${how[armed]}; ${coming}`;
  }
  const differs = planDiffers ? "; another plan was armed first under this id, and that one stands" : "";
  if (armed === "now") return `the window ${id} is armed`;
  if (armed === "resumed")
    return `the window ${id} is ${state}; its runner had died and was started again${differs}`;
  return `the window ${id} is known: ${result === null ? state : `it ended ${result}`}${differs}`;
}
