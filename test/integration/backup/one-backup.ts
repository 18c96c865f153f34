/** A runner reduced to one backup, for the test to kill: what to save comes as JSON on standard input. */
import { json } from "node:stream/consumers";
import { driverFor } from "../../../src/backup/driver-for.ts";
import type { BackupContext } from "../../../src/model/driver.ts";
import type { Source } from "../../../src/model/hospital.ts";

const told = (await json(process.stdin)) as {
  source: Source;
  context: Omit<BackupContext, "signal" | "log">;
};
const context: BackupContext = { ...told.context, signal: new AbortController().signal, log: () => {} };
const driver = driverFor(told.source);
await driver.backup(told.source, await driver.survey(told.source, context), context, () => {});
