/** Puts a toolchain together: the programs, the stand-ins, a Pulumi home and the Node they run on. */
import { constants, existsSync } from "node:fs";
import { copyFile, link, mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { builtProgram } from "../paths.ts";
import { programOf } from "./build.ts";
import { pins } from "./pins.ts";
import { bundleStandIns } from "./standins.ts";

/** What every toolchain has, whichever CLI does the work. Whole in one rename; a whole one is left alone. */
export async function assemble(directory: string): Promise<void> {
  if (existsSync(directory)) return;
  const partial = `${directory}.partial-${process.pid}`;
  await rm(partial, { recursive: true, force: true });
  for (const folder of ["bin", "home/plugins", "node/bin"]) {
    await mkdir(join(partial, folder), { recursive: true });
  }
  await linkOrCopy(await keptNode(), join(partial, "node/bin/node"));
  await bundleStandIns(partial);
  await rename(partial, directory);
}

/** Removes what runs that were ended left behind. The caller holds the build lock, so nothing partial is in use. */
export async function sweep(cache: string): Promise<void> {
  for (const folder of ["built", "toolchain"]) {
    const entries = await readdir(join(cache, folder), { recursive: folder === "built" }).catch(() => []);
    for (const entry of entries.filter((name) => /\.partial-\d+$/.test(name))) {
      await rm(join(cache, folder, entry), { recursive: true, force: true });
    }
  }
}

/** Adds built programs to a toolchain, each in one rename. */
export async function addPrograms(directory: string, names: ReadonlySet<string>): Promise<void> {
  for (const pin of pins.filter(({ name }) => names.has(name))) {
    const target = join(directory, "bin", pin.name);
    if (existsSync(target)) continue;
    const partial = `${target}.partial-${process.pid}`;
    await linkOrCopy(programOf(pin), partial);
    await rename(partial, target);
  }
}

/** One copy of the running Node in the cache, for every toolchain to link to. */
async function keptNode(): Promise<string> {
  const kept = builtProgram("node", `${process.version} ${process.arch}`);
  if (existsSync(kept)) return kept;
  await mkdir(dirname(kept), { recursive: true });
  // A copy, not a link: what npm does to its own file later must not reach this one.
  await copyFile(process.execPath, `${kept}.partial-${process.pid}`, constants.COPYFILE_FICLONE);
  await rename(`${kept}.partial-${process.pid}`, kept);
  return kept;
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch {
    // Another file system, or one without hard links.
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
}
