/**
 * What the people and machines of a window depend on besides the services: name servers, time, the state of Pulumi,
 * whoever gives the notices. A name is only ever looked up in the hospital's own description.
 */
import { hostOf, literalHost } from "../../network/host-address.ts";
import { whereIs } from "../locate-host.ts";
import { named } from "../named.ts";
import type { Circumstances, Finding } from "../proof-types.ts";
import type { Terrain } from "../topology.ts";

interface Dependence {
  readonly name: string;
  readonly host: string;
  /** Segments that ask it; empty when whoever asks stands outside all of them. */
  readonly users: readonly string[];
  /** Whether a name that can't be placed is worth a word. */
  readonly tellUnknown: boolean;
  readonly beyond?: boolean | undefined;
}

export function endpointsBehindCut(ground: Terrain, circumstances: Circumstances): readonly Finding[] {
  return [...ofHospital(ground), ...ofThisMachine(ground, circumstances)]
    .flatMap((dependence) => behindCut(ground, dependence))
    .concat(ofNotices(ground));
}

function ofHospital(ground: Terrain): readonly Dependence[] {
  return (ground.hospital.endpoints ?? []).map(({ name, host, users }) => ({
    name,
    host: hostOf(host) ?? host,
    users,
    tellUnknown: true,
  }));
}

function ofThisMachine(
  ground: Terrain,
  { machine = [], endpoints = [] }: Circumstances,
): readonly Dependence[] {
  const users = machine.flatMap((address) => {
    const place = whereIs(ground, address);
    return place.kind === "segment" ? [place.segment] : [];
  });
  return endpoints.map(({ name, host, always, beyond }) => ({
    name,
    host,
    beyond,
    users: [...new Set(users)],
    // Which name servers and clocks a laptop elsewhere uses is nobody's business here.
    tellUnknown: always || users.length > 0,
  }));
}

function behindCut(ground: Terrain, dependence: Dependence): readonly Finding[] {
  const { name, host, users, tellUnknown } = dependence;
  const place = dependence.beyond ? ({ kind: "beyond" } as const) : whereIs(ground, host);
  const what = `${name} (${host})`;
  if (place.kind === "unknown") return tellUnknown ? [untold(what)] : [];
  if (place.kind === "segment" && ground.isolated.has(place.segment)) {
    const text = `${what} stands in ${place.segment}, which is cut off from every uplink during the window: nothing beyond an uplink reaches it, nor it anything there`;
    return [{ code: "endpoint-behind-cut", text }];
  }
  const cut = users.filter((user) => ground.isolated.has(user));
  if (place.kind !== "beyond" || cut.length === 0) return [];
  const text = `${what} is beyond the uplinks, from which ${named(cut)} with those who ask it ${cut.length === 1 ? "is" : "are"} cut off during the window`;
  return [{ code: "endpoint-behind-cut", text }];
}

/** Notices are given by the backup host, which the vault's lock holds too. */
function ofNotices(ground: Terrain): readonly Finding[] {
  return ground.hospital.notices.flatMap(({ to, command = [] }) =>
    [...new Set([to, ...command].flatMap(hostsIn))].flatMap((host): readonly Finding[] => {
      const place = whereIs(ground, host);
      const what = `notice ${to} (${host})`;
      if (place.kind === "unknown") return [untold(what)];
      if (place.kind === "here" || (place.kind === "segment" && ground.vaults.has(place.segment))) return [];
      if (place.kind === "beyond") {
        const text = `${what} is beyond the uplinks, which the backup host never reaches: the vault is shut to them at all times`;
        return [{ code: "endpoint-behind-cut", text }];
      }
      const cut = ground.isolated.has(place.segment)
        ? ` and stands in ${place.segment}, which is cut off from every uplink during the window`
        : "";
      const text = `${what} is in ${place.segment}: the backup host reaches it only while the vault is open${cut}`;
      return [{ code: "endpoint-behind-cut", text }];
    }),
  );
}

/** Hosts that stand in a word of a command or in the name of whom it tells: URLs, addresses, "host:port". */
function hostsIn(word: string): readonly string[] {
  const urls = [...word.matchAll(/[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi)].flatMap(([url]) => hostOf(url) ?? []);
  if (urls.length > 0) return urls;
  const address = literalHost(word);
  if (address !== null) return [address];
  const named = /^(?:[^\s@/]+@)?([a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)*):\d{1,5}$/i.exec(word)?.[1];
  return named === undefined ? [] : [named];
}

function untold(what: string): Finding {
  const text = `it can't be told whether ${what} is reached during the window: nothing described has that name (write its address, or describe it under endpoints)`;
  return { code: "endpoint-unknown", text };
}
