/**
 * How this host reaches a share. Listing always goes by rclone's own SMB client; mounting by the kernel's cifs
 * where it has one, otherwise by rclone through FUSE: so a survey never passes through the mount it judges.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BackupContext } from "../../model/driver.ts";
import { JedaError } from "../../model/errors.ts";
import type { Credentials, SmbSource } from "../../model/hospital.ts";
import { rcloneLimit } from "../tools/bandwidth.ts";
import { type Outcome, run, start } from "../tools/command.ts";
import { installed, requireTools } from "../tools/required-tools.ts";
import { accountOf, writeSecret } from "../tools/secret-file.ts";

export interface MountProcess {
  readonly ended: Promise<Pick<Outcome, "exitCode" | "stderr">>;
  stop(signal: "SIGTERM" | "SIGKILL"): void;
}

export interface ShareTransport {
  /** Starts the mount; `within` enters the namespace it is to be seen in. */
  mount(path: string, within: readonly string[]): MountProcess;
  /** The name that the mount shows for one that rclone lists: it writes `‛` before some signs of it, cifs doesn't. */
  mounted(listed: string): string;
  /** Runs rclone on the share: `verb` first, then what follows the remote's name. */
  readonly rclone: { readonly config: string; readonly remote: string };
}

export type MountKind = "cifs" | "fuse";

/** cifs needs the kernel's module loaded and its mount helper installed. */
export async function mountKind(): Promise<MountKind> {
  const known = (await readFile("/proc/filesystems", "utf8"))
    .split("\n")
    .some((line) => line.endsWith("\tcifs"));
  return known && (await installed("mount.cifs")) ? "cifs" : "fuse";
}

/** @throws CREDENTIALS */
export async function openTransport(source: SmbSource, context: BackupContext): Promise<ShareTransport> {
  const account = accountOf(context.credentials, source.credentials, `Source ${source.name}`);
  const { domain, user } = splitDomain(account.user);
  const { runtimeDir } = context;
  const obscured = await obscuredPassword(source, account.password, context);
  const config = await writeSecret(
    runtimeDir,
    `${source.name}.rclone`,
    ["[share]", "type = smb", `host = ${dialled(source.host)}`, `user = ${user}`, `pass = ${obscured}`]
      // Names are taken as the server has them: rclone would give back others for those that Windows can't have.
      .concat("encoding = Raw")
      .concat(domain === "" ? [] : [`domain = ${domain}`], "")
      .join("\n"),
  );
  const remote = `share:${source.share}`;
  if ((await mountKind()) === "fuse") {
    const cache = join(runtimeDir, `${source.name}.rclone-cache`);
    const times = [...RCLONE_TIMES, ...rcloneLimit(context)];
    const args = ["--config", config, "--cache-dir", cache, ...times, ...FUSE_OPTIONS];
    return {
      rclone: { config, remote },
      mounted: (listed) => listed,
      mount: (path, within) => begin("rclone", ["mount", remote, path, ...args], within),
    };
  }
  const credentials = await writeSecret(
    runtimeDir,
    `${source.name}.cifs`,
    `username=${user}\npassword=${account.password}\n${domain === "" ? "" : `domain=${domain}\n`}`,
  );
  // Without `mapposix` names stay as the server has them.
  const options = `ro,noexec,nosuid,nodev,soft,nomapposix,credentials=${credentials}`;
  const unc = `//${source.host}/${source.share}`;
  return {
    rclone: { config, remote },
    mounted: (listed) => listed.replace(/‛(.)/gu, "$1"),
    mount: (path, within) => begin("mount", ["-t", "cifs", unc, path, "-o", options], within),
  };
}

/** Asked of rclone once in a window for each account: a start of it takes as long as the question. */
const obscuredBefore = new WeakMap<Credentials, Map<string, string>>();

async function obscuredPassword(
  source: SmbSource,
  password: string,
  { credentials, signal }: BackupContext,
): Promise<string> {
  const known = obscuredBefore.get(credentials) ?? new Map<string, string>();
  obscuredBefore.set(credentials, known);
  const before = known.get(source.credentials);
  if (before !== undefined) return before;
  const asked = await run({ file: "rclone", args: ["obscure", "-"], input: password, signal });
  if (asked.exitCode !== 0) throw explainShare(source, asked.stderr);
  const obscured = asked.stdout.trim();
  known.set(source.credentials, obscured);
  return obscured;
}

/** An unreachable server must be an error within seconds, not after rclone's ten patient retries. */
export const RCLONE_TIMES = ["--contimeout=10s", "--timeout=60s", "--retries=1", "--low-level-retries=3"];

/** No writes, no caches of content; attributes are asked again after a second, for people go on working. */
const FUSE_OPTIONS = ["--read-only", "--vfs-cache-mode=off", "--dir-cache-time=5s", "--attr-timeout=1s"];

export async function requireShareTools(): Promise<void> {
  // FUSE also where the kernel mounts the share: by it what is stored is read.
  const tools = ["restic", "rest-server", "rclone", "setpriv", "unshare", "nsenter", "mount"] as const;
  await requireTools([...tools, "fusermount3"]);
}

/** The sentence for a share that did not answer as it should. */
export function explainShare(source: SmbSource, stderr: string): JedaError {
  const said =
    stderr
      .trim()
      .split("\n")
      .at(-1)
      ?.replace(/^\S+ \S+ [A-Z]+ *: |^Failed to lsjson .*ListJSON: /, "") || "nothing";
  const share = `//${source.host}/${source.share}`;
  if (/logon is invalid|bad username|LOGON_FAILURE|error\(13\)|ACCESS_DENIED at mount/i.test(stderr)) {
    return new JedaError(
      "CREDENTIALS",
      `${source.name}: ${share} refused the account "${source.credentials}".`,
      {
        hint: "Compare user and password in the stack's secrets with the file server's; is the account locked?",
      },
    );
  }
  return new JedaError("BACKUP", `${source.name}: ${share} could not be read: ${said}`, {
    hint: "Is the file server up, the share's name right, and the vault open to its segment?",
  });
}

function begin(file: string, args: readonly string[], within: readonly string[]): MountProcess {
  const child = start({ file, args, within });
  child.stdin.end();
  child.stdout.resume();
  return {
    ended: child.ended.then(({ exitCode }) => ({ exitCode, stderr: child.stderr() })),
    stop: child.kill,
  };
}

/** rclone puts the port behind it. */
function dialled(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function splitDomain(user: string): { readonly domain: string; readonly user: string } {
  const at = user.indexOf("\\");
  return at < 0 ? { domain: "", user } : { domain: user.slice(0, at), user: user.slice(at + 1) };
}
