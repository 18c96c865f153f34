/**
 * The two plugins that can't be had from registries, bundled into single files: they go on working when the clone
 * they came from has moved or is gone.
 */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { repository } from "../paths.ts";
import { commandVersion } from "./command-version.ts";

interface StandIn {
  readonly entry: string;
  readonly bundle: string;
  /** The exact name by which the engine starts it, inside the toolchain's directory. */
  readonly launcher: string;
}

export const standIns: readonly StandIn[] = [
  {
    entry: "toolchain/language-host/main.ts",
    bundle: "libexec/language-host.cjs",
    // Beside the engine: that is where it looks for language hosts first.
    launcher: "bin/pulumi-language-nodejs",
  },
  {
    entry: "toolchain/command-provider/main.ts",
    bundle: "libexec/command-provider.cjs",
    // Not on PATH: the engine warns about a provider that it finds there.
    launcher: `home/plugins/resource-command-v${commandVersion}/pulumi-resource-command`,
  },
];

/** Bundles both into `directory` and writes their launchers. */
export async function bundleStandIns(directory: string): Promise<void> {
  for (const { entry, bundle, launcher } of standIns) {
    await build({
      entryPoints: [join(repository, entry)],
      outfile: join(directory, bundle),
      bundle: true,
      platform: "node",
      target: "node22",
      // The stubs of the protocol are CommonJS.
      format: "cjs",
      logLevel: "error",
    });
    const file = join(directory, launcher);
    await mkdir(join(file, ".."), { recursive: true });
    await writeFile(file, launcherText(launcher, bundle));
    await chmod(file, 0o755);
  }
}

/** The toolchain's own Node runs it, whatever `node` is on PATH. */
export function launcherText(launcher: string, bundle: string): string {
  const up = launcher
    .split("/")
    .slice(1)
    .map(() => "..")
    .join("/");
  return `#!/bin/sh
top=$(CDPATH= cd -- "\${0%/*}/${up}" && pwd) || exit 1
exec "$top/node/bin/node" "$top/${bundle}" "$@"
`;
}
