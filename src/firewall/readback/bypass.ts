/** What on a live edge takes packets past the forward hook, where no isolation of jeda's can see them. Pure. */
import type { EdgeListing } from "../../model/edge-protocol.ts";

/** Names of the edge's interfaces, by what the hospital says they are. */
export interface Wiring {
  readonly uplinks: readonly string[];
  /** Interfaces of each segment. */
  readonly segments: Readonly<Record<string, readonly string[]>>;
}

export interface Bypass {
  /** "inet site/flowtable fast", "bridge br0/wan0". */
  readonly name: string;
  /** What it does, for a sentence that begins with the name. */
  readonly text: string;
}

type Looked = Pick<EdgeListing, "foreign" | "bridges" | "facts">;

export function bypasses(listing: Looked, wiring: Wiring): Bypass[] {
  return [...flowtables(listing), ...bridged(listing, wiring), ...programs(listing, wiring)];
}

/** The same as a live input and as a sentence, side by side with foreign tables (`known-tables.ts`). */
export function aroundForward(
  listing: Looked,
  { uplinks = [], segments }: { readonly uplinks?: readonly string[] | undefined } & Pick<Wiring, "segments">,
): { readonly key: string; readonly value: string; readonly text: string }[] {
  const found = bypasses(listing, { uplinks, segments });
  return found.map(({ name, text }) => ({ key: name, value: text, text: `${name} ${text}` }));
}

function flowtables({ foreign }: Pick<EdgeListing, "foreign">): Bypass[] {
  return foreign
    .filter(({ chain }) => chain.startsWith("flowtable "))
    .map(({ table, chain }) => ({
      name: `${table}/${chain}`,
      text: "takes packets of known sessions past the forward hook: isolation would not cut them",
    }));
}

/** What takes packets of a segment off its interface, or lets them by on the hook itself, before any rule of jeda's. */
function programs({ facts }: Looked, { segments }: Wiring): Bypass[] {
  if (facts === undefined) return [];
  const taken = Object.entries(segments).flatMap(([segment, marks]) =>
    marks
      .filter((mark) => (facts.interfaces[mark] ?? []).length > 0)
      .map((name) => ({
        name: `interface ${name}`,
        text: `of ${segment} ${facts.interfaces[name]?.join(" and ")}: its packets may pass jeda's chains by`,
      })),
  );
  const hooked = facts.hookPrograms.map((place) => ({
    name: `a BPF program on the hook ${place}`,
    text: "decides on packets beside jeda's chains, and nft does not show it (bpftool link does)",
  }));
  return [...taken, ...hooked];
}

/** A bridge with one port only carries nothing past the hook, unless a segment is known by the port's name. */
function bridged({ bridges = [] }: Pick<EdgeListing, "bridges">, { uplinks, segments }: Wiring): Bypass[] {
  const ownerOf = (name: string) =>
    Object.entries(segments).find(([, interfaces]) => interfaces.includes(name))?.[0];
  const portsOf = (bridge: string) => bridges.filter((one) => one.bridge === bridge).map(({ port }) => port);
  return bridges.flatMap(({ bridge, port }): Bypass[] => {
    const name = `bridge ${bridge}/${port}`;
    const segment = ownerOf(port);
    if (segment !== undefined) {
      const text = `holds the interface of ${segment}: its packets come by ${bridge}, and those to other ports meet no forward hook`;
      return [{ name, text }];
    }
    if (portsOf(bridge).length < 2 || !(uplinks.includes(port) || uplinks.includes(bridge))) return [];
    return [{ name, text: "bridges an uplink: frames between its ports never meet the forward hook" }];
  });
}
