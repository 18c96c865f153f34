/** What the backup host gets onto its PATH besides Debian's packages. */
import { existsSync } from "node:fs";
import { execa } from "execa";

const names = ["restic", "rclone", "rest-server"];

type ToolBin = (name: string) => string;

async function toolBin(): Promise<ToolBin> {
  const paths = new URL("../toolchain/paths.ts", import.meta.url);
  if (!existsSync(paths)) return (name) => `/tmp/prep/bin/${name}`;
  return ((await import(paths.href)) as { toolBin: ToolBin }).toolBin;
}

/** Target path below / → where the executable is here. What is nowhere is left out, and said so. */
export async function backupPrograms(log: (line: string) => void): Promise<Record<string, string>> {
  const bin = await toolBin();
  const found: Record<string, string> = {};
  for (const name of names) {
    const built = bin(name);
    if (existsSync(built)) {
      found[`usr/local/bin/${name}`] = built;
      continue;
    }
    const { failed } = await execa("which", [name], { reject: false });
    if (failed) log(`lab: the backup host goes without ${name}: the toolchain has not built it`);
  }
  return found;
}
