/** `jeda window status [--id ID] [--json] [--read]` */
import { aimOf } from "../aim.ts";
import { backupReach, windowOptions } from "../options.ts";
import { askReader, askRunner, jsonAnswer } from "../remote-runner.ts";

interface Status {
  readonly window: {
    readonly id: string;
    readonly state: string;
    readonly result: string | null;
    readonly acknowledged: { readonly by: string; readonly reason: string } | null;
    readonly runnerAlive: boolean;
    readonly isolated: readonly string[];
    readonly soFar?: string | null;
    readonly deadlines: Readonly<Record<string, string>>;
    readonly planned?: Readonly<Record<string, string>>;
    readonly anomalies?: readonly string[];
    readonly extensions?: readonly { readonly by: string; readonly reason: string }[];
  } | null;
  readonly brokenJournals?: readonly string[];
}

export async function run(words: readonly string[]): Promise<number> {
  const options = windowOptions(words);
  const named = options.id === undefined ? [] : ["--window", options.id];
  const answer = options.read
    ? await askReader(backupReach(options), ["status", ...(options.id === undefined ? [] : [options.id])])
    : await askRunner(aimOf(options).destination, ["status", ...named]);
  const status = jsonAnswer<Status>("the backup host", "status", answer);
  process.stdout.write(`${options.json ? JSON.stringify(status) : told(status, options.read)}\n`);
  return 0;
}

function told({ window, brokenJournals = [] }: Status, read: boolean): string {
  const broken = brokenJournals.map((id) =>
    read
      ? `the journal of ${id} is BROKEN: jeda window status without --read starts a runner that ends it`
      : `the journal of ${id} is BROKEN: a runner releases every edge and ends it as failed (jeda window follow --id ${id})`,
  );
  return [...broken, describe(window)].join("\n");
}

function describe(window: Status["window"]): string {
  if (window === null) return "no window is known";
  const { id, state, result, acknowledged, runnerAlive, isolated, deadlines } = window;
  const extended = (window.extensions ?? []).map(({ by, reason }) => `extended by ${by}: ${reason}`);
  if (result !== null) {
    const seen = acknowledged === null ? "" : `, acknowledged by ${acknowledged.by}: ${acknowledged.reason}`;
    return `${id}: ended ${result}${seen}`;
  }
  return [
    `${id}: ${state}, the runner is ${runnerAlive ? "alive" : "DEAD"}`,
    ...(window.soFar === undefined || window.soFar === null ? [] : [`so far: ${window.soFar}`]),
    `isolated: ${isolated.join(", ") || "nothing"}`,
    `reconnect by ${deadlines.reconnectBy ?? "?"}${extended.length === 0 ? "" : ` (planned: ${window.planned?.reconnectBy ?? "?"})`}`,
    ...extended,
    ...(window.anomalies ?? []).map((what) => `ANOMALY in ${what}`),
    ...(state === "holding" ? ["held until somebody looks: jeda window release --reason TEXT"] : []),
  ].join("\n");
}
