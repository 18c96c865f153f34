/**
 * The arguments and the environment of every ssh that jeda starts, in one place. OpenSSH stays the user's own:
 * config, agent, jump hosts, known hosts. What would change a file, hold a question, or print among the answers
 * is switched off.
 */
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JedaError } from "../model/errors.ts";

/** Known to every OpenSSH since that of Debian 11: an option that is not known ends ssh. */
const options = [
  // Nobody is asked anything, and no host is taken on trust.
  "BatchMode yes",
  "StrictHostKeyChecking yes",
  "ConnectTimeout 10",
  "ServerAliveInterval 5",
  "ServerAliveCountMax 3",
  // known_hosts is watched: a call of ours that adds to it would be drift.
  "UpdateHostKeys no",
  "CheckHostIP no",
  "AddKeysToAgent no",
  // Words of the user's config that would print among the answers, take their place, or fail for a forwarding.
  "LogLevel ERROR",
  "VisualHostKey no",
  "RequestTTY no",
  "RemoteCommand none",
  "PermitLocalCommand no",
  "ClearAllForwardings yes",
  "ForwardAgent no",
  "ForwardX11 no",
  "Tunnel no",
] as const;

/** Options of every ssh that jeda starts. */
export function sshBaseOptions(): string[] {
  return [...configFile(), ...options.flatMap((option) => ["-o", option.replace(" ", "=")])];
}

/**
 * Everything before the remote command.
 * @param controlPath the socket of a connection that is shared; a connection of its own when absent.
 * @throws JedaError as `checkDestination`.
 */
export function sshArguments(destination: string, controlPath = "none"): string[] {
  checkDestination(destination);
  const sharing = ["-o", "ControlMaster=no", "-o", `ControlPath=${controlPath}`];
  return [...sshBaseOptions(), "-T", ...sharing, "--", destination];
}

/**
 * ssh's own words in English, and no locale for the other host to miss. A ProxyCommand is run by a shell here, which
 * must not take itself for one that a login over SSH began: its greeting would stand in the protocol.
 */
export function sshEnvironment(): Record<string, string | undefined> {
  return {
    LC_ALL: "C",
    BASH_ENV: undefined,
    ENV: undefined,
    SSH_CLIENT: undefined,
    SSH2_CLIENT: undefined,
  };
}

/** @throws JedaError CONFIG for what ssh would take for an option. */
export function checkDestination(destination: string): void {
  if (destination !== "" && !destination.startsWith("-")) return;
  throw new JedaError("CONFIG", `"${destination}" is not an SSH destination`);
}

let directory: string | undefined;

/** Of this process alone; removed with it. Null where none can be made: nothing of a night rests on it. */
export function sshDirectory(): string | null {
  if (directory !== undefined) return directory;
  const base = process.platform === "linux" && tmpdir().length > 40 ? "/tmp" : tmpdir();
  try {
    const made = mkdtempSync(join(base, "jeda-"));
    process.once("exit", () => rmSync(made, { recursive: true, force: true }));
    directory = made;
    return made;
  } catch {
    return null;
  }
}

export function removeSshDirectory(): void {
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  directory = undefined;
  written = undefined;
}

let written: string | undefined;

/**
 * A jump host is reached by an ssh that ours starts: it is handed this file, and none of our options. So the
 * options stand in front of the user's own config.
 */
function configFile(): string[] {
  const named = process.env.JEDA_SSH_CONFIG || undefined;
  const plain = named === undefined ? [] : ["-F", named];
  const place = sshDirectory();
  if (place === null) return plain;
  const path = join(place, "config");
  try {
    const usual = "Include ~/.ssh/config\nInclude /etc/ssh/ssh_config\n";
    const own = named === undefined ? usual : readFileSync(named, "utf8");
    const text = `Host *\n${options.map((option) => `  ${option}\n`).join("")}\n${own}`;
    if (text !== written) {
      writeFileSync(`${path}.new`, text, { mode: 0o600 });
      renameSync(`${path}.new`, path);
      written = text;
    }
    return ["-F", path];
  } catch {
    return plain;
  }
}
