/** The people at work: record entry on the ward, files in the office. */
import { JedaError } from "../src/model/errors.ts";
import { labSh } from "./access/shell.ts";

const clients = ["ward", "office"] as const;

/** `stop` resolves when both have finished what was under way. Throws INTERNAL when one does not obey. */
export async function labWork(id: string, verb: "start" | "stop"): Promise<void> {
  await Promise.all(
    clients.map(async (host) => {
      const { exitCode, stderr } = await labSh(id, host, ["/etc/lab/work", verb], { timeoutMs: 30_000 });
      if (exitCode !== 0) {
        throw new JedaError(
          "INTERNAL",
          `work on ${host} did not ${verb}: ${stderr.trim() || `exit ${exitCode}`}`,
        );
      }
    }),
  );
}

export interface EntryCounts {
  readonly sent: number;
  readonly acknowledged: number;
  /** Rows in the database. */
  readonly stored: number;
}

/** Asked on the hosts themselves, past every firewall. */
export async function entryCounts(id: string): Promise<EntryCounts> {
  const get = async (host: "ward" | "clinical", url: string): Promise<Record<string, number>> => {
    const { stdout, exitCode } = await labSh(id, host, [
      "/usr/local/lib/lab/node",
      "-e",
      "fetch(process.argv[1]).then((r) => r.text()).then((t) => process.stdout.write(t))",
      url,
    ]);
    if (exitCode !== 0) throw new JedaError("INTERNAL", `${url} on ${host} does not answer`);
    return JSON.parse(stdout) as Record<string, number>;
  };
  const entered = await get("ward", "http://127.0.0.1:8080/records");
  const { stored } = await get("clinical", "http://127.0.0.1/entries/count");
  return { sent: entered.sent ?? 0, acknowledged: entered.acknowledged ?? 0, stored: stored ?? 0 };
}
