/** What a command needs before it can begin. Where all is there, `ensureToolchain` starts no process. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { officialPulumi } from "./build/official.ts";
import { pins } from "./build/pins.ts";
import { cacheDir, toolchainDir } from "./paths.ts";

/** Longer than the whole build takes anywhere it can end at all. */
const BUILD_WAIT_S = 3600;

/**
 * Builds what is missing of the toolchain, telling how it goes on standard error. Safe to call from two processes
 * at once: the second waits for the first. Throws PREREQUISITE when Go is missing or a build fails.
 */
export async function ensureToolchain(): Promise<void> {
  const directory = toolchainDir();
  const isThere = (name: string) => existsSync(join(directory, "bin", name));
  // Where ours stands already nothing is fetched again at every start.
  const official = officialPulumi() ?? (isThere("pulumi") ? null : await fetched());
  const names = new Set(pins.map(({ name }) => name as string));
  if (official !== null) names.delete("pulumi");
  const isWhole = () => [...names].every(isThere);
  if (isWhole()) return;

  // Only the cold path needs the builders, and they take longer to load than a warm start may.
  const [{ buildPrograms }, { addPrograms, assemble, sweep }, { withLock }, { say }] = await Promise.all([
    import("./build/build.ts"),
    import("./build/assemble.ts"),
    import("./lock.ts"),
    import("./progress.ts"),
  ]);
  if (official !== null) say(`using the Pulumi CLI at ${official}`);
  await mkdir(join(cacheDir(), "toolchain"), { recursive: true });
  const waiting = setInterval(() => say("waiting for another run that is building the toolchain"), 10_000);
  await withLock(join(cacheDir(), "toolchain.lock"), BUILD_WAIT_S, "the toolchain", async () => {
    clearInterval(waiting);
    if (isWhole()) return;
    await sweep(cacheDir());
    await buildPrograms(names);
    await assemble(directory);
    await addPrograms(directory, names);
  }).finally(() => clearInterval(waiting));
}

/** Only a start that has no engine yet asks. */
async function fetched(): Promise<string | null> {
  const { fetchPlugin } = await import("./build/fetch-plugin.ts");
  return fetchPlugin();
}

/**
 * Installs the Debian packages that are missing (as root on Debian), or throws PREREQUISITE with the exact command.
 * Starts no service and asks nothing.
 */
export async function ensurePackages(): Promise<void> {
  const packages = await import("./build/packages.ts");
  await packages.ensurePackages();
}
