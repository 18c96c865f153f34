/** What a command needs before it can begin. Where all is there, `ensureToolchain` starts no process. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { compatiblePulumi, officialPulumi, pluginWords } from "./official.ts";
import { cacheDir, toolchainDir } from "./paths.ts";
import { pins } from "./pins.ts";

/** Longer than the whole build takes anywhere it can end at all. */
const BUILD_WAIT_S = 3600;

const PLUGIN_LIMIT_MS = 120_000;

/**
 * Builds what is missing of the toolchain, telling how it goes on standard error. Safe to call from two processes
 * at once: the second waits for the first. Throws PREREQUISITE when Go is missing or a build fails.
 */
export async function ensureToolchain(): Promise<void> {
  const directory = toolchainDir();
  const isThere = (name: string) => existsSync(join(directory, "bin", name));
  // Where ours stands already nothing is fetched again at every start.
  const official = officialPulumi() ?? (isThere("pulumi") ? null : await fetchPlugin());
  const names = new Set(pins.map(({ name }) => name as string));
  if (official !== null) names.delete("pulumi");
  const isWhole = () => [...names].every(isThere);
  if (isWhole()) return;

  // Only the cold path needs the builders, and they take longer to load than a warm start may.
  const [{ buildPrograms }, { addPrograms, assemble, sweep }, { withLock }, { say }] = await Promise.all([
    import("./build.ts"),
    import("./assemble.ts"),
    import("../lab/lock.ts"),
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

/**
 * An official CLI that lacks only the command plugin is asked to fetch it, before anything of a hospital is touched.
 * Null, and said, where it can't.
 */
async function fetchPlugin(): Promise<string | null> {
  const cli = compatiblePulumi();
  if (cli === null) return null;
  const [{ execa }, { say }] = await Promise.all([import("execa"), import("./progress.ts")]);
  const typed = [cli, ...pluginWords].join(" ");
  say(`the Pulumi CLI at ${cli} has no command plugin; fetching it (at most 2 min): ${typed}`);
  const { all } = await execa(cli, [...pluginWords], {
    ...{ all: true, reject: false, stdin: "ignore", timeout: PLUGIN_LIMIT_MS },
    env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  const official = officialPulumi();
  if (official === null) {
    const why = all?.trim().split("\n").at(-1) || "it said nothing";
    say(`it could not be fetched (${why}): the Pulumi engine is built instead; to use yours later: ${typed}`);
  }
  return official;
}

/**
 * Installs the Debian packages that are missing (as root on Debian), or throws PREREQUISITE with the exact command.
 * Starts no service and asks nothing.
 */
export async function ensurePackages(): Promise<void> {
  const packages = await import("./packages.ts");
  await packages.ensurePackages();
}
