/** Reads a dump back out of the repository, counts it again, and loads it into a MariaDB made for that alone. */
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  type BackupContext,
  NOT_PROVED,
  type Saved,
  type Verified,
  type VerifyOptions,
} from "../../model/driver.ts";
import { JedaError } from "../../model/errors.ts";
import type { MariadbSource } from "../../model/hospital.ts";
import { dump, listSnapshot } from "../restic/restic.ts";
import { type Restic, resticFor } from "../restic/restic-call.ts";
import { foreignSnapshot } from "../restic/snapshot-identity.ts";
import { scratchFor } from "../tools/scratch.ts";
import { quoteName } from "./client.ts";
import { proveContents } from "./content-proof/prove-contents.ts";
import { totalRows } from "./dump-comparison.ts";
import { type DumpContents, scanDump } from "./dump-scanner.ts";
import { checkLoaded } from "./restored-database-check.ts";
import { type ScratchMariadb, startScratchMariadb } from "./scratch-server.ts";

/** Path of a database's dump in its snapshots. */
export function dumpPath(source: Pick<MariadbSource, "name" | "database">): string {
  return `/${source.name}/${source.database}.sql`;
}

export async function verifyDump(
  source: MariadbSource,
  saved: Saved,
  context: BackupContext,
  options: VerifyOptions,
): Promise<Verified> {
  // A server takes a few seconds to make; it comes up while the snapshot is looked at.
  const preparing = options.databases === "load" ? prepare(source, saved, context) : Promise.resolve(null);
  preparing.catch(() => {}); // awaited below
  try {
    const restic = await resticFor(context);
    const snapshot = await listSnapshot(restic, saved.snapshot);
    const labels = { windowId: context.windowId, source: source.name, host: source.host };
    const foreign = foreignSnapshot(snapshot.header, labels, dumpPath(source));
    if (foreign.length > 0) return { verified: false, findings: foreign, proof: NOT_PROVED };
    return await readBack(source, saved, restic, await preparing);
  } catch (cause) {
    if (context.signal.aborted || !(cause instanceof JedaError)) throw cause;
    return refused(`Not verified: ${cause.message}`);
  } finally {
    await preparing.then(
      (scratch) => scratch?.close(),
      () => {},
    );
  }
}

/** Under its own name: views name the database they were made in. */
async function prepare(source: MariadbSource, saved: Saved, context: BackupContext): Promise<ScratchMariadb> {
  // Tables with their indexes take about three times the dump, and an empty server a quarter of a gigabyte.
  const directory = await scratchFor(context, 3 * saved.bytes + 256 * 1024 * 1024);
  const scratch = await startScratchMariadb(directory, context.signal);
  await scratch.ask(`CREATE DATABASE ${quoteName(source.database)} CHARACTER SET utf8mb4;`);
  return scratch;
}

async function readBack(
  source: MariadbSource,
  saved: Saved,
  restic: Restic,
  scratch: ScratchMariadb | null,
): Promise<Verified> {
  const scanner = scanDump();
  const reading = dump(restic, saved.snapshot, dumpPath(source));
  const client = scratch?.load(source.database);
  const watch = async function* (pieces: AsyncIterable<Buffer>) {
    for await (const piece of pieces) {
      scanner.write(piece);
      if (client !== undefined) yield piece;
    }
  };
  // A client that refuses a statement breaks the pipe; its own words are the better reason.
  const piped =
    client === undefined ? drain(reading.stream, watch) : pipeline(reading.stream, watch, client.stdin);
  const broken = await piped.then(
    () => false,
    () => true,
  );
  const refusedByClient = client === undefined ? null : await client.ended;
  const refusedByRestic = await reading.ended;
  if (refusedByClient !== null) return refused(`The dump could not be loaded: ${refusedByClient}`);
  if (refusedByRestic !== null) throw refusedByRestic;
  if (broken) return refused("The dump could not be read back to its end.");
  const contents = scanner.end();
  const counted = compareWithSaved(saved, contents);
  if (counted !== null) return refused(counted);
  const read = `Dump read back: ${contents.bytes} bytes, ${totalRows(contents)} rows, as saved.`;
  if (scratch === null) {
    const findings = [read, "It was not loaded: the runbook says skip."];
    return { verified: true, findings, proof: NOT_PROVED };
  }
  const loaded = await checkLoaded(scratch, source.database, contents);
  const content = await proveContents(scratch, source.database, contents.proof, restic.signal);
  return {
    verified: loaded.problems.length === 0 && content.asSaved,
    findings: [read, ...loaded.problems, ...loaded.findings, ...content.findings],
    proof: content.proof,
  };
}

function compareWithSaved(saved: Saved, contents: DumpContents): string | null {
  const rows = totalRows(contents);
  if (!contents.complete) return "The dump in the repository ends without its trailer: it was cut short.";
  if (rows !== saved.items)
    return `The dump in the repository has ${rows} rows, but ${saved.items} were reported.`;
  if (contents.bytes !== saved.bytes)
    return `The dump has ${contents.bytes} bytes, but ${saved.bytes} were reported.`;
  return null;
}

async function drain(
  stream: Readable,
  watch: (pieces: AsyncIterable<Buffer>) => AsyncIterable<Buffer>,
): Promise<void> {
  for await (const _ of watch(stream));
}

function refused(finding: string): Verified {
  return { verified: false, findings: [finding], proof: NOT_PROVED };
}
