/** Tools on a PATH of the test's own: in the sources' network namespace, and, for a fault, not quite honest. */
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { toolBin } from "../../toolchain/paths.ts";

export const SYSTEM = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/** The toolchain's own where it has one, otherwise the machine's. */
export function realTool(name: string): string {
  const own = name === "restic" || name === "rest-server" || name === "rclone" ? dirname(toolBin(name)) : "";
  const found = execFileSync("sh", ["-c", 'command -v "$1" || true', "find", name], {
    env: { PATH: [own, process.env.JEDA_TEST_TOOLS ?? "", SYSTEM].filter(Boolean).join(":") },
    encoding: "utf8",
  }).trim();
  if (found === "") throw new Error(`${name} is needed for this test and not installed`);
  return found;
}

export interface WiredTools {
  readonly path: string;
  /** Replaces a tool by a shell script; `$REAL` in it is the tool. Undone by `restore`. */
  replace(name: string, script: string): void;
  restore(name: string): void;
}

export function wireTools(directory: string, namespace: string): WiredTools {
  mkdirSync(directory, { recursive: true });
  const wire = (name: string, script: string): void => {
    const file = join(directory, name);
    rmSync(file, { force: true });
    writeFileSync(file, `#!/bin/sh\nREAL=${realTool(name)}\n${script}\n`);
    chmodSync(file, 0o755);
  };
  // The scratch server's client stays outside: it speaks to a socket. Entering by network only changes no mount.
  const enter = `exec nsenter --net=/run/netns/${namespace} "$REAL" "$@"`;
  const honest = (name: string): void => {
    wire(
      name,
      ["rclone", "mariadb", "mariadb-dump", "smbclient"].includes(name) ? enter : 'exec "$REAL" "$@"',
    );
  };
  for (const name of ["rclone", "mariadb", "mariadb-dump", "smbclient", "restic", "mariadbd"]) honest(name);
  // It is started as a user to whom the toolchain may be closed.
  copyFileSync(realTool("rest-server"), join(directory, "rest-server"));
  return {
    path: `${directory}:${SYSTEM}`,
    replace: wire,
    restore: honest,
  };
}
