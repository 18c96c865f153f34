/** What a lab needs of the machine. */
import { execa } from "execa";
import { JedaError } from "../src/model/errors.ts";

/** Commands of the lab, by the Debian package that has them. */
export const labPackages: Readonly<Record<string, readonly string[]>> = {
  bash: ["bash"],
  iproute2: ["ip"],
  "util-linux": ["nsenter", "unshare", "setpriv", "flock"],
  mount: ["mount", "umount"],
  nftables: ["nft"],
  "openssh-client": ["ssh", "ssh-keygen"],
  "openssh-server": ["sshd"],
  samba: ["smbd"],
  "samba-common-bin": ["smbpasswd"],
  smbclient: ["smbclient"],
  "mariadb-server": ["mariadbd", "mariadb-install-db"],
  "mariadb-client": ["mariadb", "mariadb-admin", "mariadb-dump"],
  fuse3: ["fusermount3"],
  "iputils-ping": ["ping"],
};

/** Packages of which some command is missing here. */
export async function missingPackages(): Promise<string[]> {
  const commands = Object.entries(labPackages).flatMap(([name, list]) =>
    list.map((command) => [command, name]),
  );
  const script = 'for c in "$@"; do command -v "$c" >/dev/null || echo "$c"; done';
  const { stdout } = await execa(
    "sh",
    ["-c", script, "sh", ...commands.map(([command]) => String(command))],
    {
      env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    },
  );
  const missing = new Set(stdout.split("\n"));
  return [
    ...new Set(commands.filter(([command]) => missing.has(String(command))).map(([, name]) => String(name))),
  ];
}

/** Throws PREREQUISITE with the exact command that installs what is missing. */
export async function checkPrerequisites(): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new JedaError("PREREQUISITE", "a lab is made of network and mount namespaces, and needs root", {
      hint: "Run it as root, for example: sudo npm run lab",
    });
  }
  const missing = await missingPackages();
  if (missing.length === 0) return;
  throw new JedaError(
    "PREREQUISITE",
    `the lab needs packages that are not installed: ${missing.join(", ")}`,
    {
      hint: `Install them: apt-get install -y --no-install-recommends ${missing.join(" ")}`,
    },
  );
}
