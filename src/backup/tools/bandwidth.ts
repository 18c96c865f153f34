/** Keeping to a bandwidth: each tool by its own option, a stream that passes through here by pausing it. */
import { Transform } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

interface Limited {
  readonly bytesPerSecond?: number | undefined;
}

/** For restic, of what it writes into the repository: whole KiB a second, at least one. */
export function resticLimit({ bytesPerSecond }: Limited): readonly string[] {
  if (bytesPerSecond === undefined) return [];
  return [`--limit-upload=${Math.max(1, Math.floor(bytesPerSecond / 1024))}`];
}

/** For rclone, of what it reads from the share. */
export function rcloneLimit({ bytesPerSecond }: Limited): readonly string[] {
  return bytesPerSecond === undefined ? [] : [`--bwlimit=${Math.max(1, Math.floor(bytesPerSecond))}B`];
}

/** Lets through what was allowed since it began, and so slows down whoever writes into it. None without a limit. */
export function throttle({ bytesPerSecond }: Limited): readonly Transform[] {
  if (bytesPerSecond === undefined) return [];
  const began = performance.now();
  let passed = 0;
  const limited = new Transform({
    async transform(piece: Buffer, _encoding, done) {
      passed += piece.length;
      const early = (passed / bytesPerSecond) * 1000 - (performance.now() - began);
      if (early > 0) await sleep(early);
      done(null, piece);
    },
  });
  return [limited];
}
