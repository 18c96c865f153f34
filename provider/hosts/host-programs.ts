/** Programs that the runner calls and that Debian has too old or not at all; the toolchain builds them. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { toolBin } from "../../toolchain/paths.ts";
import type { Log } from "../engine/handler.ts";
import { type Remote, runScript } from "./remote.ts";

type Program = "restic" | "rest-server" | "rclone";
const own = process.arch === "arm64" ? "aarch64" : "x86_64";

/**
 * Puts those that the host lacks into /usr/local/bin. What is there is the site's and left alone, old or not: the
 * window's preflight says what it needs.
 *
 * @param machine `uname -m` of the host
 */
export async function installPrograms(remote: Remote, ssh: string, machine: string, log: Log): Promise<void> {
  const lacking = (await runScript(remote.run, ssh, "runner", ["lacking"])).split("\n").filter(Boolean);
  for (const name of lacking as Program[]) {
    const built = toolBin(name);
    if (machine !== own || !existsSync(built)) {
      await log.warning(`${name} is not on the backup host, and this machine has none built for it`);
      continue;
    }
    const content = await readFile(built);
    await log.info(`installing /usr/local/bin/${name} (${content.byteLength} bytes)`);
    await remote.write(ssh, { path: `/usr/local/bin/${name}`, content, mode: "0755" });
  }
}
