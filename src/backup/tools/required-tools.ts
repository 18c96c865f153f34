/** Are the tools that a source needs installed on this host? */
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { JedaError } from "../../model/errors.ts";

/** Debian package of each tool; null for those that jeda's own toolchain brings. */
const PACKAGES = {
  restic: null,
  "rest-server": null,
  rclone: null,
  fusermount3: "fuse3",
  mount: "mount",
  "mount.cifs": "cifs-utils",
  nsenter: "util-linux",
  setpriv: "util-linux",
  unshare: "util-linux",
  mariadb: "mariadb-client",
  "mariadb-dump": "mariadb-client",
  mariadbd: "mariadb-server",
} as const;

export type Tool = keyof typeof PACKAGES;

/** @throws PREREQUISITE that names every missing tool at once, with the command that installs them. */
export async function requireTools(tools: readonly Tool[]): Promise<void> {
  const found = await Promise.all(tools.map(installed));
  const missing = tools.filter((_, index) => !found[index]);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((tool) => PACKAGES[tool]).filter((name) => name !== null))];
  const own = missing.filter((tool) => PACKAGES[tool] === null);
  const hints = [
    ...(packages.length > 0 ? [`apt-get install -y --no-install-recommends ${packages.join(" ")}`] : []),
    ...(own.length > 0
      ? [`${own.join(" and ")} come with jeda: install the runner on this host again (pulumi up)`]
      : []),
  ];
  throw new JedaError("PREREQUISITE", `Not installed on the backup host: ${missing.join(", ")}.`, {
    hint: hints.join("; "),
  });
}

export async function installed(tool: Tool): Promise<boolean> {
  // Debian keeps servers and mount helpers in sbin, which is not on every account's PATH.
  const directories = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  for (const directory of directories) {
    if (directory === "") continue;
    try {
      await access(join(directory, tool), constants.X_OK);
      return true;
    } catch {
      // not here
    }
  }
  return false;
}
