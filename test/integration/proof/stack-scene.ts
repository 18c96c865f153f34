/** A hospital that somebody wrote, laid out on wires as seen by one of its edges: interfaces are renamed, nothing else. */
import type { Edge, Hospital } from "../../../src/model/hospital.ts";
import type { Family, Place } from "../../../src/proof/proof-types.ts";
import { Addresses } from "./addresses.ts";
import { edgeServices, type Host, type Scene } from "./scene.ts";

export function sceneOf(hospital: Hospital, edge: Edge, seed: number): Scene {
  const addresses = new Addresses();
  const hosts: Host[] = [];
  const routes: { prefix: string; wire: number }[] = [];
  const wires = new Map<string, number>();
  const wireOf = (name: string) => {
    wires.set(name, wires.get(name) ?? wires.size);
    return wires.get(name) ?? 0;
  };
  const familyOf = (text: string): Family => (text.includes(":") ? "ipv6" : "ipv4");
  /** What is known more exactly of an address comes first, and counts. */
  const host = (wire: number, address: string, place: Place) => {
    if (hosts.some((one) => one.address === address)) return;
    hosts.push({ wire, address, family: familyOf(address), place });
  };
  const network = (wire: number, prefix: string, place: Place) => {
    routes.push({ prefix, wire });
    for (const address of addresses.edgesOf(prefix)) host(wire, address, place);
  };

  const { addresses: backup, controlFrom } = hospital.backupHost;
  for (const { name, interfaces, cidrs } of hospital.segments) {
    const place: Place = { kind: "segment", segment: name };
    for (const cidr of cidrs) {
      const wire = wireOf(interfaces[0] ?? "");
      for (const address of backup) {
        if (addresses.covers(cidr, address)) host(wire, address, { kind: "backup-host" });
      }
      for (const address of controlFrom.flatMap((from) => addresses.edgesOf(from))) {
        if (addresses.covers(cidr, address)) host(wire, address, { kind: "control", segment: name });
      }
      network(wire, cidr, place);
    }
    for (const name of interfaces) wireOf(name);
    for (const family of ["ipv4", "ipv6"] as const) {
      const wire = wireOf(interfaces.at(-1) ?? "");
      network(wire, addresses.stranger(family), { kind: "undeclared", segment: name });
    }
  }
  for (const uplink of edge.uplinks) {
    for (const family of ["ipv4", "ipv6"] as const) {
      const place: Place = { kind: "uplink", uplink: uplink.name };
      network(wireOf(uplink.interface), addresses.outside(family), place);
    }
  }
  const renamed = (name: string) => `p${wireOf(name)}`;
  return {
    hospital: {
      ...hospital,
      segments: hospital.segments.map((one) => ({ ...one, interfaces: one.interfaces.map(renamed) })),
      edges: [
        {
          ...edge,
          uplinks: edge.uplinks.map((one) => ({ ...one, interface: renamed(one.interface) })),
          // The kernel listens on UDP ports that were fixed when it was started.
          services: edge.services.filter(
            ({ protocol, port }) =>
              protocol === "tcp" ||
              edgeServices.some((known) => known.protocol === "udp" && known.port === port),
          ),
        },
      ],
    },
    hosts,
    routes,
    seed,
  };
}
