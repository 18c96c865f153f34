/** Root trees of Debian releases, made once from Debian's own packages and never changed. */
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { JedaError } from "../../src/model/errors.ts";
import { withLock } from "../../toolchain/lock.ts";
import { cacheDir } from "../../toolchain/paths.ts";
import { type Release, type RootKind, recipe, rootName } from "./releases.ts";

/** Several trees at once on a slow line take longer than one. */
const LIMIT_S = 1800;

/** Where the tree stands, once `ensureRoot` has returned. */
export function rootTree(release: Release, kind: RootKind): string {
  return join(cacheDir(), "roots", rootName(release, kind));
}

/**
 * The tree's directory, made first if it is not there; at most one process makes one at a time. Needs root and a Debian
 * mirror. Throws PREREQUISITE with what mmdebstrap said.
 */
export async function ensureRoot(
  release: Release,
  kind: RootKind,
  log: (line: string) => void,
): Promise<string> {
  const target = rootTree(release, kind);
  if (existsSync(target)) return target;
  await mkdir(dirname(target), { recursive: true, mode: 0o755 });
  await withLock(`${target}.lock`, LIMIT_S, `the root tree of ${release}`, async () => {
    if (existsSync(target)) return;
    const started = Date.now();
    log(`${release}: making the root tree of a lab's ${kind}, once (about a minute)`);
    const partial = `${target}.partial`;
    await rm(partial, { recursive: true, force: true });
    // Its mounts go with it, however it ends: what is removed below is never the machine's /proc.
    const { failed, all } = await execa(
      "unshare",
      ["--mount", "mmdebstrap", ...recipe(release, kind, partial)],
      {
        all: true,
        reject: false,
        stdin: "ignore",
        timeout: LIMIT_S * 1000,
        env: { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8" },
      },
    );
    if (failed) {
      await rm(partial, { recursive: true, force: true });
      const last = all.trim().split("\n").slice(-12).join("\n");
      throw new JedaError("PREREQUISITE", `the root tree of Debian ${release} could not be made:\n${last}`, {
        hint: "It needs root, the package mmdebstrap, and a Debian mirror that can be reached.",
      });
    }
    await rename(partial, target);
    log(`${release}: made in ${((Date.now() - started) / 1000).toFixed(1)} s, kept in ${target}`);
  });
  return target;
}
