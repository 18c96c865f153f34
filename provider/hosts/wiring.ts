/** The real edges and hosts, reached by OpenSSH. The only file of the provider that joins it to the world. */
import { makeTransition } from "../../src/firewall/change/transition.ts";
import { installEdgeScript, persistEdge, revokeLeases, sshEdge } from "../../src/host/edge-client.ts";
import { hostFirewall } from "../../src/host/host-firewall.ts";
import { writeRemoteFile } from "../../src/host/remote-file.ts";
import { closeAllSsh, runSsh } from "../../src/host/ssh.ts";
import type { EdgeListing, Transition } from "../../src/model/edge-protocol.ts";
import { sshProber } from "../../src/probe/ssh-prober.ts";
import type { AnyHandler } from "../engine/handler.ts";
import { handlers } from "../resources/registry.ts";
import type { Edges, Hosts } from "./ports.ts";

/** Milliseconds for a file of the size of a Node over a slow line. */
const UPLOAD_MS = 600_000;

export interface Surroundings {
  readonly handlers: ReadonlyMap<string, AnyHandler>;
  /** Ends the SSH connections that the handlers share. */
  close(): Promise<void>;
}

export const edges: Edges = {
  client: (name, ssh, role) => sshEdge({ name, ssh }, role),
  install: async (name, ssh, script) => {
    await installEdgeScript({ name, ssh }, script);
  },
  persist: (name, ssh, files) => persistEdge({ name, ssh }, files),
  revoke: (name, ssh, leases) => revokeLeases({ name, ssh }, leases),
  prober: (destination) => sshProber(destination),
  transition: ({ tables, wanted }) => makeTransition(tables, wanted),
  removal,
};

/** To empty tables on probation; confirming deletes them, both in one transaction. */
export function removal({ tables }: EdgeListing): Transition | null {
  const names = (["jeda", "jeda_window"] as const).filter((name) => tables[name] !== null);
  const empty = Object.fromEntries(names.map((name) => [name, `table inet ${name} {\n}\n`]));
  const change = makeTransition(tables, empty);
  if (change === null) return null;
  return { ...change, confirmed: names.map((name) => `delete table inet ${name}\n`).join("") };
}

const hosts: Hosts = { firewall: (name, ssh, read) => hostFirewall({ name, ssh, read }) };

export function surroundings(): Surroundings {
  const write: typeof writeRemoteFile = (destination, file, options) =>
    writeRemoteFile(destination, file, { timeoutMs: UPLOAD_MS, ...options });
  return { handlers: handlers(edges, hosts, { run: runSsh, write }), close: closeAllSsh };
}
