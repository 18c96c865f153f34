/**
 * `key` and `seal`: the backup host's own word about its windows. The private key is made here, the first time it
 * is needed, and never leaves this host; production pins the public one (docs/stages.md).
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { JedaError } from "../../../model/errors.ts";
import { keyText, type Statement, signedBytes } from "../../../promotion/statement.ts";
import { fold } from "../../journal/status-from-journal.ts";
import { buildReport } from "../../report/build.ts";
import { knownJournal, need, type RunnerContext } from "../store/context.ts";
import type { Places } from "../store/paths.ts";

/** Prints the public key. */
export async function key(context: RunnerContext): Promise<number> {
  context.print(JSON.stringify({ key: publicText(privateKey(context.places)) }));
  return 0;
}

/** Signs what the journal says of a window that ended ok. @throws JedaError REFUSED for any other. */
export async function seal(context: RunnerContext): Promise<number> {
  const id = need(context, "window");
  const status = fold(knownJournal(context.places, id).entries);
  if (status.state !== "ended") {
    const why = `the window ${id} has not ended: it is ${status.state}`;
    throw new JedaError("REFUSED", `${why}; only one that ended ok is signed`);
  }
  const report = buildReport(status);
  if (report.result !== "ok") {
    throw new JedaError(
      "REFUSED",
      `the window ${id} is ${report.result} (${report.reasons[0]}): only one that ended ok is signed`,
    );
  }
  const { hospital, result, runbook, endedAt } = report;
  const statement: Statement = { hospital, id, result, runbookHash: runbook.hash, endedAt };
  const own = privateKey(context.places);
  const signature = sign(null, signedBytes(statement), own).toString("base64");
  context.print(JSON.stringify({ key: publicText(own), signature }));
  return 0;
}

function publicText(own: KeyObject): string {
  return keyText(createPublicKey(own).export({ type: "spki", format: "der" }));
}

function privateKey({ credentials }: Places): KeyObject {
  const path = join(dirname(credentials), "promotion.key");
  try {
    return createPrivateKey(readFileSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw new JedaError("CREDENTIALS", `${path} can't be read as a private key`, {
        hint: "Move it away, and pin the new public key in the stacks that demand this one.",
      });
    }
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const { privateKey: made } = generateKeyPairSync("ed25519");
  const own = `${path}.${process.pid}`;
  writeFileSync(own, made.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  chmodSync(own, 0o600);
  try {
    // Of two that make one at once, the first stands.
    linkSync(own, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(own, { force: true });
  }
  return createPrivateKey(readFileSync(path));
}
