/** The Debian releases that a lab host can be, and what of each stands in its root tree. Pure. */
import { createHash } from "node:crypto";

export const releases = ["bullseye", "bookworm", "trixie"] as const;
export type Release = (typeof releases)[number];

/** The version of nft each ships, as its oldest machine has it. */
export const nftOf: Readonly<Record<Release, string>> = {
  bullseye: "0.9.8",
  bookworm: "1.0.6",
  trixie: "1.1.3",
};

/** An edge, or a backup host, which holds databases as well. */
export type RootKind = "edge" | "backup";

const edge = ["conntrack", "iproute2", "netbase", "nftables", "openssh-server", "procps"] as const;
const packages: Readonly<Record<RootKind, readonly string[]>> = {
  edge,
  backup: [...edge, "fuse3", "mariadb-client", "mariadb-server", "openssl"],
};

/** Nobody reads a lab host's manual; and a disk that syncs each file makes ten minutes out of one. */
const dpkg = [
  "force-unsafe-io",
  ...["doc", "info", "locale", "man"].map((name) => `path-exclude=/usr/share/${name}/*`),
];

/** What mmdebstrap is given to make the tree at `target`. */
export function recipe(release: Release, kind: RootKind, target: string): string[] {
  return [
    "--mode=root",
    "--format=directory",
    "--variant=minbase",
    ...dpkg.map((option) => `--dpkgopt=${option}`),
    `--include=${packages[kind].join(",")}`,
    release,
    target,
  ];
}

/** "bullseye-edge-…": another recipe is another tree. */
export function rootName(release: Release, kind: RootKind): string {
  const hash = createHash("sha256").update(JSON.stringify(recipe(release, kind, "")));
  return `${release}-${kind}-${hash.digest("hex").slice(0, 12)}`;
}
