/**
 * Ways out that the forward hook doesn't see: bridged frames never enter it, and a program on the edge sends from
 * the edge's own addresses. What no model knows (a flowtable, a bridge under another name) is read from the edges
 * themselves: `src/firewall/readback/bypass.ts`.
 */

import { named } from "../named.ts";
import type { Finding } from "../proof-types.ts";
import type { Terrain } from "../topology.ts";

/** Names under which Linux distributions, libvirt, Docker and Open vSwitch make bridges. */
const bridgeName = /^(br|virbr|docker|ovs|bond-br)/;

export function unseenWaysOut(ground: Terrain): readonly Finding[] {
  const bridges = [...ground.uplinks]
    .flatMap(([name, ways]) => ways.map((way) => [name, way.interface] as const))
    .filter(([, wire]) => bridgeName.test(wire))
    .map(([name, wire]) => ({
      code: "unseen-way-out" as const,
      text: `uplink ${name} is on ${wire}, by its name a bridge: frames bridged to it never meet the forward hook`,
    }));
  const services = [...ground.edgeServices].map(([name, { protocol, port }]) => ({
    code: "edge-service-cut" as const,
    text: `${name} (${protocol}/${port}) on the edge is a way out that the forward hook never sees; the input hook refuses it to ${named([...ground.isolated])}`,
  }));
  return [...bridges, ...services];
}
