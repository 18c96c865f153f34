/** `assetPaths` and `archivePaths`: files that a command left behind, found by globs and handed on by path. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, matchesGlob, relative } from "node:path";
import type { Json } from "../../pulumi-protocol/wire.ts";
import type { CommandInputs } from "./inputs.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";

export function collectFiles(inputs: CommandInputs): { readonly [name: string]: Json } {
  const { assetPaths, archivePaths, dir = process.cwd() } = inputs;
  return {
    ...(assetPaths === undefined ? {} : { assets: found(dir, assetPaths) }),
    ...(archivePaths === undefined ? {} : { archive: archive(found(dir, archivePaths)) }),
  };
}

type Assets = { readonly [path: string]: { readonly [key: string]: Json } };

/** Rules count in order, `!` takes away; files only, by their paths relative to `dir`. */
function found(dir: string, rules: readonly string[]): Assets {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)));
  const wanted = files.filter((file) =>
    rules.reduce((taken, rule) => {
      if (!matchesGlob(file, rule.replace(/^!/, ""))) return taken;
      return !rule.startsWith("!");
    }, false),
  );
  return Object.fromEntries(wanted.sort().map((file) => [file, asset(join(dir, file))]));
}

function asset(path: string) {
  return { [SIGNATURE]: ASSET, path, hash: createHash("sha256").update(readFileSync(path)).digest("hex") };
}

function archive(assets: Assets): Json {
  const hash = createHash("sha256").update(JSON.stringify(assets)).digest("hex");
  return { [SIGNATURE]: ARCHIVE, assets, hash };
}
