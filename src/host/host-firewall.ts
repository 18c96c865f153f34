/**
 * The backup host's own table, `inet jeda_host`, over the control path. The same script as on the edge runs
 * there (`firewall host VERB`), so a change that cuts the control path undoes itself in the kernel.
 */

import { edgeScriptText } from "../firewall/edge/edge-script.ts";
import { parseFacts } from "../firewall/readback/edge-facts.ts";
import { parseTableText } from "../firewall/readback/listing.ts";
import { onProbation } from "../firewall/readback/probation.ts";
import type {
  BootFiles,
  EdgeClock,
  EdgeFacts,
  ForeignHook,
  Persisted,
  Transition,
} from "../model/edge-protocol.ts";
import { aboutFiles, aboutOthers, listSchema, type RawListing, sections } from "./edge-listing.ts";
import { type CallOptions, callFirewall, okSchema } from "./firewall-call.ts";
import { remoteSha256, sha256, writeRemoteFile } from "./remote-file.ts";
import { runSsh } from "./ssh.ts";

/** Where the script stands on the backup host; `firewall host boot` belongs into its boot, before the network. */
export const HOST_SCRIPT = "/usr/local/lib/jeda/firewall";

/** A symbolic link is replaced by what it leads to. */
const MEND_MODE = `chattr -ia "$1" 2>/dev/null
[ ! -L "$1" ] || { cp "$1" "$1.new" && mv "$1.new" "$1"; }
chown 0:0 "$1" && chmod 0755 "$1" || exit
for directory in "$(dirname "$1")" /etc/jeda; do
  [ ! -d "$directory" ] || { chattr -ia "$directory" 2>/dev/null; chown 0:0 "$directory" && chmod go-w "$directory"; } || exit
done`;

export interface HostListing {
  readonly clock: EdgeClock;
  readonly scriptSha256: string;
  /** `nft -s list table inet jeda_host`, or null. */
  readonly table: string | null;
  /** The wanted text as the host's own nft prints it, or null when none was asked for. */
  readonly wanted: string | null;
  readonly foreign: readonly ForeignHook[];
  readonly foreignHashes?: Readonly<Record<string, string>>;
  readonly foreignBaseChains?: Readonly<Record<string, string>>;
  readonly probation: boolean;
  readonly scriptMode?: string;
  readonly persisted?: Persisted;
  readonly facts?: EdgeFacts;
  /** The account's authorized_keys; absent where the script is too old to tell. */
  readonly keys?: string;
}

export interface HostFirewall {
  /** Puts the current script there unless it is. Returns whether something was written. */
  install(): Promise<boolean>;
  /** Throws INTERNAL when the script is not there yet: see `install`. */
  list(wanted?: string): Promise<HostListing>;
  apply(transition: Transition, probationMs: number): Promise<void>;
  /** Over a new connection. */
  confirm(): Promise<void>;
  revert(): Promise<void>;
  /** Writes the files for the next boot once more. */
  persist(files: BootFiles): Promise<void>;
}

/** @param host the backup host; `ssh` is its control path, as root; with `read`, its read-only key lists. */
export function hostFirewall(
  host: { readonly name: string; readonly ssh: string; readonly read?: string | undefined },
  options: Omit<CallOptions, "stdin" | "fresh"> = {},
): HostFirewall {
  const call = <T>(
    words: readonly string[],
    schema: Parameters<typeof callFirewall<T>>[3],
    more: CallOptions = {},
  ) =>
    callFirewall(`backup host ${host.name}`, host.ssh, [HOST_SCRIPT, "host", ...words], schema, {
      ...options,
      ...more,
    });
  const install = async () => {
    const script = edgeScriptText();
    const [present] = await remoteSha256(host.ssh, [HOST_SCRIPT], options);
    const current = present === sha256(script);
    if (!current) {
      await writeRemoteFile(host.ssh, { path: HOST_SCRIPT, content: script, mode: "0755" }, options);
    }
    await runSsh(host.ssh, ["sh", "-c", MEND_MODE, "sh", HOST_SCRIPT], options);
    return !current;
  };
  return {
    install,
    list: async (wanted) => {
      const stdin = wanted === undefined ? "" : sections({ jeda_host: wanted });
      const byKey = host.read !== undefined && host.read !== host.ssh;
      return toHostListing(
        byKey
          ? await callFirewall(`backup host ${host.name}`, host.read ?? "", ["list"], listSchema, {
              ...options,
              forced: true,
              stdin,
            })
          : await call(["list"], listSchema, { stdin }),
      );
    },
    apply: async (transition, probationMs) => {
      await call(["apply", `${probationMs}`], okSchema, { stdin: sections({ ...transition }) });
    },
    confirm: async () => {
      await call(["confirm"], okSchema, { fresh: true });
    },
    revert: async () => {
      await call(["revert"], okSchema);
    },
    persist: async (files) => {
      await call(["persist"], okSchema, { stdin: sections({ ...files }) });
    },
  };
}

function toHostListing(raw: RawListing): HostListing {
  const table = raw.tables.jeda_host ?? null;
  return {
    clock: raw.clock,
    scriptSha256: raw.scriptSha256,
    table,
    wanted: raw.wanted.jeda_host ?? null,
    ...aboutOthers(raw, ["jeda_host"]),
    probation: onProbation(parseTableText(table)),
    ...aboutFiles(raw),
    ...(raw.facts === undefined ? {} : { facts: parseFacts(raw.facts) }),
    ...(raw.keys === undefined ? {} : { keys: raw.keys }),
  };
}
