/** Where a host stands, by what the hospital describes and by nothing else: no name is looked up anywhere. */
import { isLoopback, literalHost } from "../network/host-address.ts";
import { segmentOf, type Terrain, targetsOf } from "./topology.ts";

export type Whereabouts =
  | { readonly kind: "segment"; readonly segment: string }
  /** Not in any segment: the way to it leads over an uplink. */
  | { readonly kind: "beyond" }
  /** On the machine that asks. */
  | { readonly kind: "here" }
  /** A name that stands for nothing described, or for hosts in several places. */
  | { readonly kind: "unknown" };

const unknown: Whereabouts = { kind: "unknown" };
const beyond: Whereabouts = { kind: "beyond" };

/** @param host an address, or a name as it stands in sources, services, uplink targets and endpoints */
export function whereIs(ground: Terrain, host: string): Whereabouts {
  const address = literalHost(host);
  if (address !== null) {
    if (isLoopback(address)) return { kind: "here" };
    const home = segmentOf(address, ground);
    return home === undefined ? beyond : { kind: "segment", segment: home.name };
  }
  const name = canonical(host);
  if (name === "localhost") return { kind: "here" };
  const places = described(ground)
    .filter((one) => canonical(one.host) === name)
    .map(({ at }) => at);
  const [first, ...others] = [...new Map(places.map((at) => [JSON.stringify(at), at])).values()];
  return first === undefined || others.length > 0 ? unknown : first;
}

interface Described {
  readonly host: string;
  readonly at: Whereabouts;
}

/** Every name that the hospital's own description puts somewhere. */
function described(ground: Terrain): readonly Described[] {
  const { sources, services, endpoints = [], backupHost } = ground.hospital;
  const inside = (segment: string): Whereabouts => ({ kind: "segment", segment });
  const ofSegment = (name: string): Whereabouts => (ground.segments.has(name) ? inside(name) : beyond);
  return [
    ...sources.map(({ host, segment }) => ({ host, at: inside(segment) })),
    ...services.map(({ probe: { target }, at }) => ({
      host: target.kind === "http" ? new URL(target.url).hostname : target.host,
      at: inside(at),
    })),
    ...endpoints.flatMap(({ host, at }) => (at === undefined ? [] : [{ host, at: ofSegment(at) }])),
    ...[...ground.uplinks.values()].flatMap((ways) =>
      targetsOf(ways).map((target) => ({ host: target.replace(/:\d+$/, ""), at: beyond })),
    ),
    ...[...ground.segments.values()].flatMap(({ probePoint, name }) =>
      probePoint === undefined ? [] : [{ host: probePoint, at: inside(name) }],
    ),
    ...[...ground.vaults].map((vault) => ({ host: backupHost.ssh, at: inside(vault) })),
  ];
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
