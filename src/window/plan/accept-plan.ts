/** The plan as it arrives on standard input: what must hold is checked again here, for this is where it acts. */
import { z } from "zod";
import { JedaError } from "../../model/errors.ts";
import type { Credentials } from "../../model/hospital.ts";
import type { WindowPlan } from "../../model/plan.ts";
import { orderOfSteps } from "../../model/runbook-order.ts";

const named = z.looseObject({ name: z.string().min(1) });

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

/** Only what the runner's safety rests on; the rest was validated where the configuration was read. */
const shape = z.looseObject({
  version: z.literal(1),
  id: z.string(),
  hospital: z.string().min(1),
  zone: z.string(),
  schedule: z.looseObject({
    start: z.string(),
    startCutoffMs: z.int().nonnegative(),
    backupStopMs: z.int().positive(),
    reconnectByMs: z.int().positive(),
    recurrence: z
      .looseObject({
        days: z.discriminatedUnion("kind", [
          z.looseObject({ kind: z.literal("daily") }),
          z.looseObject({ kind: z.literal("weekly"), on: z.array(z.int().min(1).max(7)).min(1) }),
          z.looseObject({ kind: z.literal("monthly"), on: z.array(z.unknown()).min(1) }),
        ]),
        at: clockTime,
        clocks: z.partialRecord(z.enum(["startCutoff", "backupStop", "reconnectBy"]), clockTime),
      })
      .optional(),
    blackouts: z.array(z.looseObject({ from: z.int(), to: z.int(), text: z.string() })).optional(),
  }),
  maxIsolationMs: z.int().positive(),
  lease: z.enum(["window", "heartbeat"]),
  heartbeatMs: z.int().min(15_000).optional(),
  maxExtensionMs: z.int().positive().optional(),
  onAnomaly: z.object({ holdMs: z.int().positive() }).optional(),
  mostChangedPercent: z.number().min(0).max(100).optional(),
  maxClockDifferenceMs: z.int().positive().optional(),
  segments: z.array(
    named.extend({
      role: z.enum(["clinical", "administrative", "guest", "management", "vault"]),
      isolate: z.boolean(),
      interfaces: z.array(z.string()),
      cidrs: z.array(z.string()),
    }),
  ),
  edges: z.array(named.extend({ ssh: z.string().min(1), targets: z.array(z.string()) })).min(1),
  backupHost: named.extend({ addresses: z.array(z.string()) }),
  sources: z.array(named.extend({ credentials: z.string() })),
  services: z.array(named),
  runbook: z.looseObject({
    steps: z.array(z.looseObject({ kind: z.string() })),
    finally: z.array(z.unknown()),
  }),
});

/** What a plan lacks, or has that is no plan's; null when the runner can go by it. */
export function planProblem(value: unknown): string | null {
  const parsed = shape.safeParse(value);
  return parsed.success ? null : z.prettifyError(parsed.error);
}

/** @throws JedaError CONFIG, saying what is wrong with it. */
export function acceptPlan(text: string): WindowPlan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new JedaError("CONFIG", "the plan on standard input is not JSON");
  }
  const problem = planProblem(value);
  if (problem !== null) {
    throw new JedaError("CONFIG", `the plan is not valid: ${problem}`, {
      hint: "the runner and the program that made the plan may be of different versions: pulumi up installs the runner anew",
    });
  }
  const plan = value as WindowPlan;
  for (const { name, role } of plan.segments.filter((segment) => segment.isolate)) {
    if (role === "administrative" || role === "guest") continue;
    throw new JedaError("CONFIG", `the segment ${name} is ${role}: it can never be isolated`);
  }
  const [open] = orderOfSteps(plan.runbook).filter(({ message }) => message.startsWith("backup before "));
  if (open !== undefined) {
    throw new JedaError("CONFIG", `the plan's runbook has ${open.message}`, { hint: open.hint });
  }
  return plan;
}

/** @throws JedaError CREDENTIALS that names what is missing; never a value. */
export function checkCredentialNames(plan: WindowPlan, credentials: Credentials): void {
  const wanted = [
    plan.backupHost.repository.credentials,
    ...plan.sources.map((source) => source.credentials),
  ];
  const missing = [...new Set(wanted)].filter((name) => !Object.hasOwn(credentials, name));
  if (missing.length === 0) return;
  throw new JedaError("CREDENTIALS", `the backup host has no credentials named ${missing.join(", ")}`, {
    hint: "put them into the stack's secret credentials and run pulumi up",
  });
}
