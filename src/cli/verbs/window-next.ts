/** `jeda window next [--stack STACK] [--count N] [--json]`: from the stack's file alone; it asks no host. */
import { JedaError } from "../../model/errors.ts";
import { formatInstant } from "../../schedule/format.ts";
import { windowLabel } from "../../schedule/label.ts";
import { nextOccurrences } from "../../schedule/occurrences.ts";
import { isRecurring } from "../../schedule/recurring-plan.ts";
import { comingText } from "../../schedule/upcoming-text.ts";
import { occurrenceId } from "../../schedule/window-id.ts";
import { makePlan } from "../../window/plan/make-plan.ts";
import { configured } from "../aim.ts";
import { parseOptions } from "../parse-options.ts";

const usualCount = 10;
const mostCount = 1000;

export async function run(words: readonly string[]): Promise<number> {
  const { stack, count, from, json } = optionsOf(words);
  const { hospital, runbook } = configured(stack);
  const plan = makePlan(hospital, runbook);
  if (!isRecurring(plan)) {
    const single = { id: plan.id, start: plan.schedule.start, notRun: null, clockChange: null };
    process.stdout.write(`${json ? JSON.stringify([single]) : windowLabel(plan)}\n`);
    return 0;
  }
  const { schedule, zone } = plan;
  if (!json) process.stdout.write(`${comingText(schedule, zone, from, count)}\n`);
  else {
    const coming = nextOccurrences(schedule, zone, from, count).map((one) => ({
      id: occurrenceId(plan, one.start),
      start: formatInstant(one.start, zone),
      startCutoff: formatInstant(one.start + one.startCutoffMs, zone),
      backupStop: formatInstant(one.start + one.backupStopMs, zone),
      reconnectBy: formatInstant(one.start + one.reconnectByMs, zone),
      notRun: one.notRun,
      clockChange: one.clockChange,
    }));
    process.stdout.write(`${JSON.stringify(coming)}\n`);
  }
  return 0;
}

function optionsOf(words: readonly string[]) {
  const text = { type: "string" } as const;
  const options = { stack: text, count: text, from: text, json: { type: "boolean" } } as const;
  const values = parseOptions(words, options);
  const count = /^\d{1,9}$/.test(values.count ?? "") ? Number(values.count) : usualCount;
  if ((values.count !== undefined && String(count) !== values.count) || count < 1 || count > mostCount) {
    throw new JedaError("CONFIG", `--count "${values.count}" is not a number from 1 to ${mostCount}`, {
      hint: `write --count ${usualCount}`,
    });
  }
  const from = values.from === undefined ? Date.now() : Date.parse(values.from);
  if (!Number.isFinite(from)) {
    throw new JedaError("CONFIG", `--from "${values.from}" is not a moment`, {
      hint: 'write "2026-03-28T00:00Z"',
    });
  }
  return { stack: values.stack, count, from, json: values.json ?? false };
}
