/** What the backup host tells of the runner, its files and its windows, turned into what is not as it was left. */

import type { Properties } from "../../pulumi-protocol/wire.ts";
import { BACKUP_READ, type BackupReach, readCommand } from "../../src/host/backup-read.ts";
import { lastObjectLine } from "../../src/host/frame.ts";
import { lastWords } from "../../src/host/ssh-failure.ts";
import type { Live } from "../engine/handler.ts";
import type { Run } from "../hosts/remote.ts";
import type { FileName } from "../hosts/runner-files.ts";

export const AS_DECLARED = "as declared";
export const MODES: Readonly<Record<FileName, string>> = {
  node: "0755",
  "runner.mjs": "0644",
  "jeda-runner": "0755",
  "serve-repository.sh": "0755",
  "backup-read": "0755",
  runbook: "0644",
};
const KEY = "/etc/jeda/promotion.key";

export interface Installed {
  readonly machine: string;
  /** SHA-256, with what else is wrong of a file behind it. */
  readonly files: Readonly<Record<string, string>>;
  readonly credentials: string;
  readonly directories: string;
  /** Files in jeda's directory that it did not put there. */
  readonly strays: readonly string[];
  readonly keyHash: string | null;
  readonly keyMode: string;
  /** "firewall FILE", "runner FILE": what a boot runs. */
  readonly hooks: readonly string[];
}

export function readInstalled(lines: readonly string[]): Installed {
  const facts = lines.map((line) => line.split(" "));
  const all = (kind: string) => facts.filter(([word]) => word === kind);
  const files = all("file").map(([, name = "", hash = "", mode = ""]) => {
    const asked = `${MODES[name as FileName]?.slice(1)}:0:0`;
    return [name, mode === asked ? hash : `${hash} with mode and owner ${mode} instead of ${asked}`];
  });
  const open = all("directory")
    .filter(([, , mode = "", owner]) => owner !== "0" || (Number.parseInt(mode, 8) & 0o022) !== 0)
    .map(
      ([, path, mode, owner]) => `${path} may be written by others than root: mode ${mode}, owner ${owner}`,
    );
  const [, keyHash = null, keyMode = ""] = all("key")[0] ?? [];
  return {
    machine: all("machine")[0]?.[1] ?? "unknown",
    files: Object.fromEntries(files),
    credentials: credentialsOf(all("credentials")[0]),
    directories: open.join("; ") || AS_DECLARED,
    strays: all("stray").map(([, ...path]) => path.join(" ")),
    keyHash,
    keyMode,
    hooks: [
      ...all("hook").map(([, what, path]) => `${what} ${path}`),
      ...all("boot").map(([, state]) => (state === "missing" ? "" : "runner jeda-boot.service")),
    ]
      .filter((hook) => hook !== "")
      .sort(),
  };
}

function credentialsOf(fact: readonly string[] | undefined): string {
  if (fact === undefined) return "missing";
  const [, same, mode] = fact;
  if (mode !== "600:0:0") return `readable by others: mode and owner ${mode} instead of 600:0:0`;
  return same === "same" ? AS_DECLARED : "changed on the host";
}

export function hooksOf({ hooks }: Properties): readonly string[] | undefined {
  return Array.isArray(hooks) ? (hooks as readonly string[]) : undefined;
}

/** Compared with what was there when it was applied. */
export function surroundingsOf(live: Installed, before: Properties): Record<string, string> {
  const found: Record<string, string> = {};
  for (const path of live.strays) found[path] = "was not put there by jeda; it is reported, never touched";
  if (typeof before.keyHash === "string" && live.keyHash !== before.keyHash) {
    found[KEY] =
      live.keyHash === null
        ? "is missing: what this host signs would not be believed any more"
        : "is another key: what this host signs would not be believed any more";
  } else if (live.keyHash !== null && live.keyMode !== "600:0:0") {
    found[KEY] = `has mode and owner ${live.keyMode} instead of 600:0:0`;
  }
  for (const hook of (hooksOf(before) ?? []).filter((one) => !live.hooks.includes(one))) {
    const [what, path = ""] = hook.split(" ");
    found[path] =
      `does not start ${what === "firewall" ? "the host's firewall" : "interrupted windows"} at boot any more; it is reported, never touched`;
  }
  return found;
}

/** What the runner itself says of its windows. */
export async function windowsOf(run: Run, reach: BackupReach): Promise<Record<string, string>> {
  const { stdout, stderr } = await run(...readCommand(reach, ["windows"]));
  try {
    const { windows } = JSON.parse(lastObjectLine(stdout) ?? "") as {
      readonly windows: readonly { readonly id: string; readonly findings: readonly string[] }[];
    };
    return Object.fromEntries(
      windows
        .filter(({ findings }) => findings.length > 0)
        .map(({ id, findings }) => [`window ${id}:`, findings.join("; ")]),
    );
  } catch {
    return { windows: `can't be looked at: ${lastWords(stderr) || lastWords(stdout).slice(0, 200)}` };
  }
}

/** The reader itself is gone or broken: applying puts it back. */
export function unread(ssh: string, before: Properties): Live {
  return {
    inputs: { files: {}, installedCredentials: "unknown", directories: "unknown", found: {} },
    outputs: before,
    drift: [
      `${ssh}: ${BACKUP_READ} is missing or broken, or its key leads elsewhere: nothing that it tells of could be read`,
    ],
  };
}
