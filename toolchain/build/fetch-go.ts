/** A newer Go by way of an older one, as Debian's releases have it. */
import { chmod, readdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { JedaError } from "../../src/model/errors.ts";
import { withProgress } from "../progress.ts";
import { oldestGo } from "./pins.ts";

const LIMIT_MS = 20 * 60_000;

/** Go's releases are a module too, with a version for each machine: what newer ones fetch for themselves. */
export function goModule(arch: string = process.arch): string {
  const machine = arch === "arm64" ? "arm64" : "amd64";
  return `golang.org/toolchain@v0.0.1-go${oldestGo}.linux-${machine}`;
}

/**
 * The `go` of the release that is needed, in `go`'s own module cache and checked by its checksum database. Throws
 * PREREQUISITE with what the old one said and `hint`.
 */
export async function fetchGo(go: string, hint: string): Promise<string> {
  const words = ["mod", "download", "-json", goModule()];
  const { exitCode, stdout, all, shortMessage } = await withProgress(
    `fetching Go ${oldestGo} with ${go}`,
    "about 30 s",
    () =>
      execa(go, words, {
        // In a module of somebody's, an old Go would want to write its go.mod.
        cwd: "/",
        env: { GOFLAGS: "", GOWORK: "off" },
        all: true,
        reject: false,
        stdin: "ignore",
        timeout: LIMIT_MS,
      }),
  );
  if (exitCode !== 0) {
    throw new JedaError(
      "PREREQUISITE",
      `Go ${oldestGo} or newer is needed, and ${go} could not fetch it: ${shortMessage}\n${all.trim()}`,
      { hint },
    );
  }
  const { Dir: root } = JSON.parse(stdout) as { readonly Dir: string };
  await makeExecutable(root);
  return join(root, "bin/go");
}

/** A module's files are never executable, and only a Go that knows this module makes an exception for it. */
async function makeExecutable(root: string): Promise<void> {
  const tools = join(root, "pkg/tool");
  const folders = (await readdir(tools)).map((machine) => join(tools, machine));
  for (const folder of [join(root, "bin"), ...folders]) {
    for (const file of await readdir(folder)) await chmod(join(folder, file), 0o555);
  }
}
