/** Every kind of resource that the provider knows, by its type token. */

import type { AnyHandler } from "../engine/handler.ts";
import type { Edges, Hosts } from "../hosts/ports.ts";
import type { Remote } from "../hosts/remote.ts";
import { edgeFirewall } from "./edge-firewall.ts";
import { edgeScript } from "./edge-script.ts";
import { hostFirewall } from "./host-firewall.ts";
import { repository } from "./repository.ts";
import { runner } from "./runner.ts";

export function handlers(edges: Edges, hosts: Hosts, remote: Remote): ReadonlyMap<string, AnyHandler> {
  return new Map<string, AnyHandler>([
    ["jeda:index:EdgeScript", edgeScript(edges)],
    ["jeda:index:EdgeFirewall", edgeFirewall(edges, remote.run)],
    ["jeda:index:HostFirewall", hostFirewall(hosts)],
    ["jeda:index:Runner", runner(remote)],
    ["jeda:index:Repository", repository(remote.run)],
  ]);
}
