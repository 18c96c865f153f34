/** A runner reduced to one backup, for the test to kill: what to save comes as JSON on standard input. */
import { json } from "node:stream/consumers";
import { driverFor } from "../../../src/backup/driver-for.ts";
import { serveRepository } from "../../../src/backup/restic/repository-server.ts";
import type { BackupContext } from "../../../src/model/driver.ts";
import type { Source } from "../../../src/model/hospital.ts";

const told = (await json(process.stdin)) as {
  source: Source;
  context: Omit<BackupContext, "signal" | "log" | "reach">;
};
const { path } = told.context.repository;
const { runtimeDir } = told.context;
const log = (): void => {};
const server = serveRepository({ path, runtimeDir, log, user: "nobody" });
const context: BackupContext = {
  ...told.context,
  reach: () => server.reach(),
  signal: new AbortController().signal,
  log,
};
const driver = driverFor(told.source);
await driver.backup(told.source, await driver.survey(told.source, context), context, () => {});
