/** The repository as a window uses it: served while it is needed, opened with restic. */
import { statfs } from "node:fs/promises";
import { run } from "../../backup/command.ts";
import { type RepositoryServer, serveRepository } from "../../backup/repository-server.ts";
import { check, requireNewRestic } from "../../backup/restic.ts";
import { failureOf, resticFor } from "../../backup/restic-call.ts";
import type { TaggedSnapshot } from "../../backup/snapshot-identity.ts";
import type { BackupContext } from "../../model/driver.ts";
import type { RepositoryPort } from "../runtime.ts";

/** @param runtimeDir the window's own */
export function resticRepository(runtimeDir: string, log: (line: string) => void): RepositoryPort {
  let server: RepositoryServer | undefined;
  return {
    ready: requireNewRestic,
    reach: ({ path }) => {
      server ??= serveRepository({ path, runtimeDir, log });
      return server.reach();
    },
    close: async () => server?.close(),
    snapshots: listSnapshots,
    check: async (context, readPercent) => {
      await check(await resticFor(context), readPercent);
      return [`the repository is sound; ${readPercent}% of its data was read`];
    },
    freeBytes: async ({ path }) => {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    },
  };
}

async function listSnapshots(context: BackupContext): Promise<readonly TaggedSnapshot[]> {
  const restic = await resticFor(context);
  const listed = await run({
    file: "restic",
    args: [...restic.base, "snapshots", "--no-lock"],
    signal: restic.signal,
  });
  const failure = failureOf(restic, "Listing the snapshots", { ...listed, message: listed.stderr });
  if (failure !== null) throw failure;
  const found = JSON.parse(listed.stdout) as readonly {
    readonly id: string;
    readonly tags?: readonly string[];
  }[];
  return found.map(({ id, tags = [] }) => ({ id, tags }));
}
