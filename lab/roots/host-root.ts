/** Which tree lies below a lab host's own disk: this machine's root, or that of another Debian release. */
import { existsSync, readlinkSync } from "node:fs";
import { rename, rm, symlink } from "node:fs/promises";
import { JedaError } from "../../src/model/errors.ts";
import { isEdge, type LabHost } from "../hospital.ts";
import { hostDir } from "../state.ts";
import { type Release, type RootKind, releases } from "./releases.ts";
import { ensureRoot } from "./root-tree.ts";

export type HostReleases = Readonly<Partial<Record<LabHost, Release>>>;

/** Null for hosts whose services are the lab's own, and run on this machine's release. */
const kindOf = (host: LabHost): RootKind | null =>
  isEdge(host) ? "edge" : host === "backup" ? "backup" : null;

/** "edge=trixie" as a host and its release. Throws CONFIG with what can be written. */
export function hostRelease(word: string, host: (name: string) => LabHost): [LabHost, Release] {
  const [name = "", wanted] = word.split("=");
  const release = releases.find((one) => one === wanted);
  if (release === undefined || kindOf(host(name)) === null) {
    throw new JedaError("CONFIG", `"${word}" is not a host and its Debian release`, {
      hint: `Write edge=, edge2= or backup= and one of ${releases.join(", ")}.`,
    });
  }
  return [host(name), release];
}

const link = (id: string, host: LabHost): string => `${hostDir(id, host)}/tree`;

/** The tree as it is at the host's next boot; "/" is this machine's. */
export function rootOf(id: string, host: LabHost): string {
  return existsSync(link(id, host)) ? readlinkSync(link(id, host)) : "/";
}

/**
 * Gives the host that release from its next boot on, as an upgrade in place does: its own disk stays. Makes the tree
 * first, once, if it is not there.
 */
export async function layRoot(
  id: string,
  host: LabHost,
  release: Release,
  log: (line: string) => void,
): Promise<void> {
  const kind = kindOf(host);
  if (kind === null) throw new Error(`${host} has no release of its own`);
  const tree = await ensureRoot(release, kind, log);
  await rm(`${link(id, host)}.new`, { force: true });
  await symlink(tree, `${link(id, host)}.new`);
  await rename(`${link(id, host)}.new`, link(id, host));
}
