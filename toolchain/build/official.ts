/** The official Pulumi CLI, when the user has one that fits: then it does the work, with its own plugins. */
import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, sep } from "node:path";
import { cacheDir } from "../paths.ts";
import { findOnPath, isExecutable } from "../search-path.ts";
import { commandVersion } from "./command-version.ts";
import { compareVersions, findVersion, type Version } from "./versions.ts";

/** The oldest engine that this project's program and provider were tried with, and the first it can't know of. */
const OLDEST: Version = [3, 220, 0];
const TOO_NEW: Version = [4, 0, 0];

export function isCompatible(versionText: string): boolean {
  const version = findVersion(versionText);
  return version !== null && compareVersions(version, OLDEST) >= 0 && compareVersions(version, TOO_NEW) < 0;
}

/** Where the command plugin of an official CLI stands once it was fetched. */
function hasCommandPlugin(environment: NodeJS.ProcessEnv): boolean {
  const home = environment.PULUMI_HOME || join(environment.HOME || homedir(), ".pulumi");
  const folder = join(home, "plugins", `resource-command-v${commandVersion}`);
  // While it is being unpacked a file of this name stands beside it.
  return isExecutable(join(folder, "pulumi-resource-command")) && !existsSync(`${folder}.partial`);
}

/** What makes an official CLI without the command plugin fit: an `up` would fail in the middle for want of it. */
export const pluginWords = ["plugin", "install", "resource", "command", commandVersion] as const;

/** The absolute path of the official CLI to use, or null: it has to have all that an `up` needs. */
export function officialPulumi(
  environment: NodeJS.ProcessEnv = process.env,
  versionOf: (file: string) => string = askVersion,
): string | null {
  return hasCommandPlugin(environment) ? compatiblePulumi(environment, versionOf) : null;
}

/**
 * The absolute path of the official CLI on `PATH`, with or without its plugins, or null. Not taken: one of our own cache (also another clone's,
 * from a sourced `toolchain:env`), one without a Node language host, one of another version.
 * `versionOf` is for tests.
 */
export function compatiblePulumi(
  environment: NodeJS.ProcessEnv = process.env,
  versionOf: (file: string) => string = askVersion,
): string | null {
  const path = environment.PATH ?? "";
  for (const file of findOnPath("pulumi", path)) {
    const real = realpathSync(file);
    if (isOurs(file, environment) || isOurs(real, environment)) continue;
    // A package manager may link the CLI alone into /usr/bin; its plugins stand beside the real file.
    const hosts = [file, real].map((cli) => join(dirname(cli), "pulumi-language-nodejs"));
    const onPath = findOnPath("pulumi-language-nodejs", path).filter((host) => !isOurs(host, environment));
    if (!hosts.some(isExecutable) && onPath.length === 0) continue;
    if (isCompatible(versionOf(file))) return file;
  }
  return null;
}

function isOurs(file: string, environment: NodeJS.ProcessEnv): boolean {
  // The shim stands for this very toolchain, this clone's or another's.
  if (dirname(file).endsWith(join("toolchain", "shim"))) return true;
  return file.startsWith(join(cacheDir(environment), "toolchain") + sep);
}

function askVersion(file: string): string {
  const { stdout } = spawnSync(file, ["version"], {
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 15_000,
  });
  return stdout ?? "";
}
