/** Where the toolchain lives. Nothing here writes, and nothing here takes longer than reading a few small files. */
import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { contentHash } from "./build/content.ts";

/** The repository's root. */
export const repository = dirname(dirname(fileURLToPath(import.meta.url)));

/** `${JEDA_CACHE:-${XDG_CACHE_HOME:-~/.cache}/jeda}`: the user's cache, shared by every clone. */
export function cacheDir(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment.XDG_CACHE_HOME || join(homedir(), ".cache");
  return environment.JEDA_CACHE || join(base, "jeda");
}

/** Of this clone's pins and stand-ins; a clone at another version has another directory. */
export function toolchainDir(): string {
  return join(cacheDir(), "toolchain", contentHash(repository));
}

export type ToolName =
  | "node"
  | "pulumi"
  | "pulumi-language-nodejs"
  | "pulumi-resource-command"
  | "restic"
  | "rest-server"
  | "rclone";

/** Absolute path of one of the toolchain's programs. It exists once `ensureToolchain()` has returned. */
export function toolBin(name: ToolName): string {
  return join(toolchainDir(), "bin", name);
}

/** The Pulumi home of the toolchain's own: its plugins, and which stack is selected where. */
export function pulumiHome(): string {
  return join(toolchainDir(), "home");
}

/** Where one Go program is kept, apart from the toolchain that links to it, so that a changed stand-in
 * does not build the engine again. */
export function builtProgram(name: string, pinned: string): string {
  const hash = createHash("sha256").update(pinned).digest("hex").slice(0, 16);
  return join(cacheDir(), "built", `${name}-${hash}`, name);
}
