/** A MariaDB database: one consistent dump, streamed into the repository and judged before it may count. */
import type { BackupContext, Saved, SourceDriver, Survey } from "../../model/driver.ts";
import { JedaError } from "../../model/errors.ts";
import type { MariadbSource } from "../../model/hospital.ts";
import { saveHeldStream } from "../restic/gated-stream.ts";
import { resticFor } from "../restic/restic-call.ts";
import { labelsFor } from "../restic/snapshot-identity.ts";
import { start } from "../tools/command.ts";
import { requireTools } from "../tools/required-tools.ts";
import { explainMariadb, writeOptionFile } from "./client.ts";
import { provedStream } from "./content-proof/proved-stream.ts";
import { takeProof } from "./content-proof/take-proof.ts";
import { compareWithInventories, type DumpJudgement, totalRows } from "./dump-comparison.ts";
import { HISTORY_OPTION } from "./dump-history.ts";
import { scanDump } from "./dump-scanner.ts";
import { type Inventory, takeInventory } from "./row-counts.ts";
import { systemTables } from "./scratch-system-tables.ts";
import { dumpPath, verifyDump } from "./verification.ts";

/** `--net-buffer-length`: longer INSERT statements load several times faster. */
const DUMP_OPTIONS = [
  "--single-transaction",
  "--quick",
  "--routines",
  "--triggers",
  "--hex-blob",
  "--no-tablespaces",
  "--skip-dump-date",
  "--default-character-set=utf8mb4",
  "--net-buffer-length=1M",
  "--max-allowed-packet=1G",
];

export const mariadbDriver: SourceDriver<MariadbSource> = {
  async preflight() {
    await requireTools(["restic", "rest-server", "setpriv", "mariadb", "mariadb-dump", "mariadbd"]);
    await systemTables();
  },

  async survey(source, context): Promise<Survey> {
    const inventory = await takeInventory(source, context);
    return { items: rowsOf(inventory), bytes: inventory.bytes, detail: inventory };
  },

  async backup(source, survey, context, progress): Promise<Saved> {
    const before = survey.detail as Inventory;
    if (before.tables.size === 0) {
      throw new JedaError("BACKUP", `${source.name}: the account sees no table in ${source.database}.`, {
        hint: "Grant the backup account SELECT, SHOW VIEW, TRIGGER and EVENT on the database.",
      });
    }
    const restic = await resticFor(context);
    const labels = labelsFor(source, context);
    const proving = await takeProof(source, context, before.events);
    const dump = await startDump(source, before, context).catch(async (cause: unknown) => {
      await proving.close();
      throw cause;
    });
    proving.started();
    const scanner = scanDump();
    let read = 0;
    let findings: readonly string[] = [];
    let rows = 0;
    const end = await saveHeldStream(restic, labels, context.runtimeDir, {
      path: dumpPath(source),
      content: provedStream(dump, proving, before),
      bytesPerSecond: context.bytesPerSecond,
      standstillMs: source.standstillMs,
      works: dump.hasEnded,
      abandon() {
        void dump.stop();
        void proving.close();
      },
      watch(piece) {
        scanner.write(piece);
        read += piece.length;
        progress(read);
      },
      async judge() {
        await dump.ended();
        const contents = scanner.end();
        const { tables } = await proving.finish();
        const after = await takeInventory(source, context);
        const judged = compareWithInventories(before, after, contents, tables);
        refuse(source, judged);
        findings = judged.findings;
        rows = totalRows(contents);
      },
    }).finally(() => Promise.all([dump.stop(), proving.close()]));
    context.signal.throwIfAborted();
    if (end.summary?.bytes !== read) {
      throw new JedaError(
        "BACKUP",
        `${source.name}: the dump has ${read} bytes, restic saved ${end.summary?.bytes}.`,
        {
          changed: `snapshot ${end.summary?.snapshot} is in the repository; it does not count`,
        },
      );
    }
    return { snapshot: end.summary.snapshot ?? "", bytes: read, items: rows, findings, detail: null };
  },

  verify: verifyDump,
  // How many rows there are is compared for every kind of source.
  anomalies: async () => [],
};

async function startDump(source: MariadbSource, before: Inventory, context: BackupContext) {
  const optionFile = await writeOptionFile(source, context);
  const args = [
    `--defaults-file=${optionFile}`,
    ...DUMP_OPTIONS,
    ...(before.events === "listed" ? ["--events"] : []),
    ...(before.history ? [HISTORY_OPTION] : []),
    source.database,
  ];
  const child = start({ file: "mariadb-dump", args, signal: context.signal });
  child.stdin.end();
  let over = false;
  void child.ended.then(() => {
    over = true;
  });
  return {
    stdout: child.stdout,
    hasEnded: () => over,
    /** @throws BACKUP, CREDENTIALS unless it ended with 0. */
    async ended(): Promise<void> {
      const { exitCode, signal } = await child.ended;
      const stderr = child.stderr();
      if (exitCode === 0) return;
      const why = signal === null ? stderr : `${stderr}\nmariadb-dump was ended by ${signal}`;
      throw explainMariadb(source, why || `mariadb-dump ended with exit code ${exitCode}`);
    },
    async stop(): Promise<void> {
      child.kill("SIGKILL");
      child.stdout.resume();
      await child.ended;
    },
  };
}

function refuse(source: MariadbSource, { problems }: DumpJudgement): void {
  if (problems.length === 0) return;
  throw new JedaError(
    "BACKUP",
    `${source.name}: the dump is not complete: ${problems.slice(0, 5).join("; ")}.`,
    {
      hint: "No snapshot was made of it. Look at the server's error log, and at the backup account's grants.",
    },
  );
}

function rowsOf(inventory: Inventory): number {
  let rows = 0;
  for (const table of inventory.tables.values()) rows += table.rows;
  return rows;
}
