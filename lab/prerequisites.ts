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

/** Root by way of a plain `su` has no sbin on its PATH, where half of the lab's programs are. */
export function useSystemPath(): void {
  const path = (process.env.PATH ?? "").split(":");
  const missing = ["/usr/sbin", "/sbin"].filter((directory) => !path.includes(directory));
  process.env.PATH = [...path, ...missing].join(":");
}

/** Packages of which some command is missing here. */
export async function missingPackages(): Promise<string[]> {
  const script = 'for c in "$@"; do command -v "$c" >/dev/null || echo "$c"; done';
  const { stdout } = await execa("sh", ["-c", script, "sh", ...Object.values(labPackages).flat()]);
  const missing = new Set(stdout.split("\n"));
  return Object.keys(labPackages).filter((name) =>
    labPackages[name]?.some((command) => missing.has(command)),
  );
}

/** Throws PREREQUISITE with the exact command that installs what is missing. */
export async function checkPrerequisites(): Promise<void> {
  useSystemPath();
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
