/** Where data is put back for a moment to prove that it can be. Removed by whoever asked for it. */
import { mkdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { BackupContext } from "../../model/driver.ts";

/** Used when the runtime directory, which may be memory, has no room. */
const ON_DISK = "/var/lib/jeda/scratch";

/** A directory of mode 0700 with room for `bytes`: memory where at most half of what is free gets used. */
export async function scratchFor(context: BackupContext, bytes: number): Promise<string> {
  const { bavail, bsize } = await statfs(context.runtimeDir);
  const roomy = bavail * bsize > 2 * bytes;
  const directory = roomy ? join(context.runtimeDir, "scratch") : ON_DISK;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return directory;
}
