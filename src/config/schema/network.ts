/** `segments`, `edges` and `lateral` as written, turned into the model. */
import { z } from "zod";
import type { Edge, EdgeService, LateralPolicy, Segment, Uplink } from "../../model/hospital.ts";
import { formatPrefix, makeDisjoint, parsePrefix } from "../../network/cidr.ts";
import { Invalid, quote } from "../yaml/invalid.ts";
import { knownTable } from "./known-table.ts";
import { dispatch, fields, integer, list, oneOf, scalar } from "./shape.ts";
import { interfaceName, name, prefix, role, sshDestination, target } from "./values.ts";

export const segment = fields("a segment", {
  name,
  role,
  on: list(interfaceName, "the interfaces of the edge that lead here", 1),
  cidrs: list(prefix, "the prefixes of the segment", 1),
  probePoint: sshDestination.optional(),
}).transform(
  (written): Segment => ({
    name: written.name,
    role: written.role,
    interfaces: written.on,
    cidrs: makeDisjoint(written.cidrs.map(parsePrefix)).map(formatPrefix),
    ...(written.probePoint === undefined ? {} : { probePoint: written.probePoint }),
  }),
);

const uplink = fields("an uplink", {
  name,
  on: interfaceName,
  targets: list(target, "TCP targets beyond the uplink", 1),
}).transform((written): Uplink => ({ name: written.name, interface: written.on, targets: written.targets }));

const port = integer("a port", 1, 65_535);

const edgeService = fields("a service of the edge itself", {
  name,
  tcp: port.optional(),
  udp: port.optional(),
}).transform((written, context): EdgeService => {
  if (written.tcp !== undefined && written.udp === undefined) {
    return { name: written.name, protocol: "tcp", port: written.tcp };
  }
  if (written.udp !== undefined && written.tcp === undefined) {
    return { name: written.name, protocol: "udp", port: written.udp };
  }
  const hint = "write e.g. { name: proxy, tcp: 3128 }, and a second entry for the other protocol";
  context.addIssue({ code: "custom", message: "needs either tcp or udp with its port", params: { hint } });
  return z.NEVER;
});

/** One destination may stand for all three keys (then the edge's own authorized_keys tells them apart). */
const reach = dispatch((input) =>
  typeof input === "string"
    ? sshDestination.transform((alias) => ({ read: alias, window: alias, policy: alias }))
    : fields("how the edge is reached", {
        read: sshDestination,
        window: sshDestination,
        policy: sshDestination,
      }),
);

export const edge = fields("an edge", {
  name,
  ssh: reach,
  uplinks: list(uplink, "the uplinks of the edge", 1),
  services: list(edgeService, "the edge's own services").default([]),
  knownTables: list(knownTable, "the site's own tables").optional(),
}).transform(
  ({ knownTables, ...written }): Edge => ({
    ...written,
    ...(knownTables === undefined ? {} : { knownTables }),
  }),
);

const mode = oneOf("a lateral mode", ["observe", "enforce"]);

const pair = scalar('a pair like "administrative -> clinical"', (written) => {
  const match = /^([a-z][a-z0-9-]*)\s*->\s*([a-z][a-z0-9-]*)$/.exec(written.trim());
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new Invalid(`${quote(written)} is not a pair of segments`, 'write "administrative -> clinical"');
  }
  return { from: match[1], to: match[2] };
});

export const lateral = dispatch<LateralPolicy>((input) =>
  typeof input === "string"
    ? mode.transform((written) => ({ mode: written, allow: [] }))
    : fields("the lateral policy", { mode, allow: list(pair, "pairs of segments").default([]) }),
);
