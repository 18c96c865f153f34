/** Running a command of another release on this machine, in whatever network it is started in. */
import { tmpdir } from "node:os";

const enter = `root=$1
shift
mount --make-rprivate /
for directory in proc sys dev; do mount --rbind "/$directory" "$root/$directory"; done
mount --bind "$TMP_OUTSIDE" "$root/tmp"
cd "$root" && exec chroot . "$@"`;

/**
 * Words to put before a command: it sees the tree as its root, and of this machine's files the temporary ones alone, as
 * /tmp. The mounts are its own and go with it.
 */
export function inRoot(root: string): string[] {
  const script = enter.replace("$TMP_OUTSIDE", tmpdir());
  return ["unshare", "--mount", "sh", "-ec", script, "sh", root];
}

/** A path below this machine's directory of temporary files, as such a command sees it. */
export function insideRoot(path: string): string {
  return path.replace(tmpdir(), "/tmp");
}
