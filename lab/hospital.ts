/**
 * The lab hospital as data: its segments, hosts, addresses and names. Every lab has the same ones, because
 * nothing of a lab exists outside network namespaces of its own. Pure.
 */

export const labHosts = [
  "internet",
  "edge",
  "clinical",
  "ward",
  "administrative",
  "office",
  "guest",
  "backup",
  "ops",
] as const;
/** A lab may have a second edge, which carries the guests' way to the internet and stands in every segment. */
export const everyHost = [...labHosts, "edge2"] as const;
export type LabHost = (typeof everyHost)[number];
export type EdgeHost = "edge" | "edge2";
export type EdgeCount = 1 | 2;

export const hostsOf = (edges: EdgeCount): readonly LabHost[] => (edges === 2 ? everyHost : labHosts);
export const isEdge = (host: LabHost): host is EdgeHost => host === "edge" || host === "edge2";

/** Which edge the people of a segment have as their gateway. */
export const edgeOf = (segment: LabSegment, edges: EdgeCount): EdgeHost =>
  edges === 2 && segment === "guest" ? "edge2" : "edge";

export const labSegments = [
  "internet",
  "clinical",
  "administrative",
  "guest",
  "management",
  "vault",
] as const;
export type LabSegment = (typeof labSegments)[number];

export interface SegmentPlace {
  /** The bridge in the lab's switch. */
  readonly bridge: string;
  /** The edge's interface that leads there. */
  readonly edgeInterface: string;
  /** First three octets of the /24. */
  readonly v4: string;
  /** The /64 without its last group. */
  readonly v6: string;
}

export const segments: Readonly<Record<LabSegment, SegmentPlace>> = {
  internet: { bridge: "br-inet", edgeInterface: "wan0", v4: "203.0.113", v6: "2001:db8:ffff::" },
  clinical: { bridge: "br-clin", edgeInterface: "clin0", v4: "10.10.0", v6: "2001:db8:10::" },
  administrative: { bridge: "br-adm", edgeInterface: "adm0", v4: "10.20.0", v6: "2001:db8:20::" },
  guest: { bridge: "br-guest", edgeInterface: "guest0", v4: "10.30.0", v6: "2001:db8:30::" },
  management: { bridge: "br-ops", edgeInterface: "ops0", v4: "10.40.0", v6: "2001:db8:40::" },
  vault: { bridge: "br-vault", edgeInterface: "vault0", v4: "10.50.0", v6: "2001:db8:50::" },
};

export interface Port {
  readonly segment: LabSegment;
  readonly interface: string;
  /** Last octet and last group of the addresses. */
  readonly number: number;
}

const edgePorts = (number: number): readonly Port[] =>
  labSegments.map((segment) => ({ segment, interface: segments[segment].edgeInterface, number }));

/** One port each, but for the edges, which are numbers 1 and 2 in every segment. */
export const ports: Readonly<Record<LabHost, readonly Port[]>> = {
  internet: [{ segment: "internet", interface: "eth0", number: 10 }],
  edge: edgePorts(1),
  edge2: edgePorts(2),
  clinical: [{ segment: "clinical", interface: "eth0", number: 10 }],
  ward: [{ segment: "clinical", interface: "eth0", number: 20 }],
  administrative: [{ segment: "administrative", interface: "eth0", number: 10 }],
  office: [{ segment: "administrative", interface: "eth0", number: 20 }],
  guest: [{ segment: "guest", interface: "eth0", number: 20 }],
  backup: [{ segment: "vault", interface: "eth0", number: 10 }],
  ops: [{ segment: "management", interface: "eth0", number: 10 }],
};

export interface Addresses {
  readonly v4: string;
  readonly v6: string;
}

export function portAddresses(port: Port): Addresses {
  const place = segments[port.segment];
  return { v4: `${place.v4}.${port.number}`, v6: `${place.v6}${port.number}` };
}

/** The addresses of a host in `segment`, or in its only one. */
export function addresses(host: LabHost, segment?: LabSegment): Addresses {
  const port = ports[host].find((candidate) => segment === undefined || candidate.segment === segment);
  if (port === undefined) throw new Error(`${host} has no port in ${segment}`);
  return portAddresses(port);
}

/**
 * Fixed per port: a host that boots again answers under the address its neighbours remember, or they would
 * send into the void until their neighbour caches expire.
 */
export function macAddress(port: Port): string {
  const segment = labSegments.indexOf(port.segment);
  const byte = (value: number) => value.toString(16).padStart(2, "0");
  return `02:1a:b0:00:${byte(segment)}:${byte(port.number)}`;
}

/** The switch's end of a port's cable; at most 15 characters, the kernel's limit. */
export function switchPort(host: LabHost, port: Port): string {
  return isEdge(host) ? `${host}-${port.interface}` : host;
}

/** Segments that have a way to the internet through the edge, with the host that stands for their people. */
export const probePoints = {
  clinical: "ward",
  administrative: "office",
  guest: "guest",
} as const satisfies Partial<Record<LabSegment, LabHost>>;

const serviceNames: Readonly<Partial<Record<LabHost, readonly string[]>>> = {
  clinical: ["rekam-medis.internal", "simrs.internal"],
  administrative: ["files.internal"],
};

/** /etc/hosts as `host` sees it: its own name on the loopback, the edges by their addresses in its segment. */
export function hostsFile(host: LabHost, edges: EdgeCount = 1): string {
  const own = ports[host][0]?.segment ?? "management";
  const lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"];
  for (const other of hostsOf(edges)) {
    const { v4, v6 } = isEdge(other) ? addresses(other, own) : addresses(other);
    const names = [other, ...(serviceNames[other] ?? [])].join(" ");
    lines.push(`${v4} ${names}`, `${v6} ${names}`);
  }
  return `${lines.join("\n")}\n`;
}
