/** What the backup host gets onto its PATH besides Debian's packages. */
import { existsSync } from "node:fs";
import { execa } from "execa";
import { toolBin } from "../toolchain/paths.ts";

const names = ["restic", "rclone", "rest-server"] as const;

/** Target path below / → where the executable is here. What is nowhere is left out, and said so. */
export async function backupPrograms(log: (line: string) => void): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const built = toolBin(name);
    if (existsSync(built)) {
      found[`usr/local/bin/${name}`] = built;
      continue;
    }
    const { failed } = await execa("which", [name], { reject: false });
    if (failed) log(`lab: the backup host goes without ${name}: the toolchain has not built it`);
  }
  return found;
}
