/**
 * A stream into restic that becomes a snapshot only on a verdict. restic itself runs a small producer
 * (`--stdin-from-command`) that copies the stream and then waits for one word; if the word does not come, because
 * the stream was judged bad or because this process is dead, the producer fails and restic makes no snapshot.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { JedaError } from "../../model/errors.ts";
import { throttle } from "../tools/bandwidth.ts";
import { type Running, run, start } from "../tools/command.ts";
import { watchStandstill } from "../tools/standstill.ts";
import { type BackupEnd, backup, type SnapshotLabels } from "./restic-backup.ts";
import type { Restic } from "./restic-call.ts";

const PRODUCER = 'exec 3<"$2" && cat <"$1" && read -r verdict <&3 && [ "$verdict" = complete ]';
const WRITER = 'exec cat >"$1"';

export interface HeldStream {
  /** Absolute path of the file in the snapshot. */
  readonly path: string;
  readonly content: AsyncIterable<Buffer>;
  readonly bytesPerSecond?: number | undefined;
  /** Without a byte for so long the stream is given up; ten minutes unless told. */
  readonly standstillMs?: number | undefined;
  /** True while whoever gives the content works without a byte, as on a long question to a server. */
  readonly works?: () => boolean;
  /** Sees every piece before restic does. */
  readonly watch: (piece: Buffer) => void;
  /** Called when restic has ended, however that was: nobody waits for the rest of the content any more. */
  readonly abandon?: () => void;
  /** Called when the stream has ended; throwing means that no snapshot is made. */
  readonly judge: () => Promise<void>;
}

/** @throws what `judge` throws, DEADLINE for a standstill, or what restic says; then no snapshot was made. */
export async function saveHeldStream(
  restic: Restic,
  labels: SnapshotLabels,
  runtimeDir: string,
  held: HeldStream,
): Promise<BackupEnd> {
  const directory = await mkdtemp(join(runtimeDir, "stream-"));
  const [content, verdict] = [join(directory, "content"), join(directory, "verdict")];
  const stop = new AbortController();
  const still = watchStandstill(`Saving ${labels.source}`, held.standstillMs, held.works);
  const signal = AbortSignal.any([restic.signal, stop.signal, still.signal]);
  try {
    const made = await run({ file: "mkfifo", args: ["-m", "600", content, verdict] });
    if (made.exitCode !== 0) throw new JedaError("BACKUP", `No pipe could be made: ${made.stderr.trim()}`);
    const contentWriter = openWriter(content);
    const verdictWriter = openWriter(verdict);
    const args = [
      "--stdin-from-command",
      "--stdin-filename",
      held.path,
      "--",
      "sh",
      "-c",
      PRODUCER,
      "producer",
    ];
    const saving = backup(restic, labels, { args: [...args, content, verdict], signal }).finally(() => {
      // Whoever still waits for restic to open or read its end must not wait for ever.
      contentWriter.kill("SIGKILL");
      verdictWriter.kill("SIGKILL");
      held.abandon?.();
    });
    const watched = new Transform({
      transform(piece: Buffer, _encoding, done) {
        still.moved();
        held.watch(piece);
        done(null, piece);
      },
    });
    const feeding = (async () => {
      await pipeline(
        [Readable.from(held.content, { objectMode: false }), ...throttle(held), watched, contentWriter.stdin],
        { signal },
      );
      still.stop();
      await held.judge();
      verdictWriter.stdin.end("complete\n");
    })();
    const [fed, saved] = await Promise.allSettled([
      feeding.catch((cause: unknown) => {
        stop.abort();
        throw cause;
      }),
      saving,
    ]);
    await Promise.all([contentWriter.ended, verdictWriter.ended]);
    still.signal.throwIfAborted();
    return conclude(fed, saved);
  } finally {
    still.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** restic's own reason (a wrong password) comes before the broken or closed pipe that followed from it. */
function conclude(fed: PromiseSettledResult<void>, saved: PromiseSettledResult<BackupEnd>): BackupEnd {
  if (saved.status === "rejected") throw saved.reason;
  const failure = saved.value.failure;
  const code = fed.status === "rejected" ? (fed.reason as NodeJS.ErrnoException).code : undefined;
  const pipeBroke = code === "ABORT_ERR" || code?.startsWith("E");
  if (failure !== null && (fed.status === "fulfilled" || pipeBroke)) throw failure;
  if (fed.status === "rejected") throw fed.reason;
  return saved.value;
}

function openWriter(path: string): Running {
  const writer = start({ file: "sh", args: ["-c", WRITER, "writer", path] });
  writer.stdout.resume();
  return writer;
}
