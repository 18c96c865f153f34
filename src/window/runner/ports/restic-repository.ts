/** The repository as a window uses it: served while it is needed, opened with restic. */
import { statfs } from "node:fs/promises";
import { type RepositoryServer, serveRepository } from "../../../backup/restic/repository-server.ts";
import { check, requireNewRestic } from "../../../backup/restic/restic.ts";
import { resticFor } from "../../../backup/restic/restic-call.ts";
import { snapshotsTagged } from "../../../backup/restic/tagged-snapshots.ts";
import type { RepositoryPort } from "../../context/ports.ts";

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
    snapshots: async (context) => snapshotsTagged(await resticFor(context), []),
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
