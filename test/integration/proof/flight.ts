/** One packet of a session: what it looks like on the wire, and what the proof is asked about it. */
import type { Packet, Port } from "../../../src/proof/proof-types.ts";
import type { Shot } from "./kernel.ts";
import type { Host } from "./scene.ts";
import type { Session } from "./sessions.ts";

export interface Flight {
  readonly session: Session;
  readonly direction: "out" | "back";
  readonly flags: Shot["flags"];
  readonly begunBy: Packet["begunBy"];
  /** An ICMP error about the session's packet in the other direction, sent by this host. */
  readonly error?: Host;
}

export function opening({ at }: Session): Shot["flags"] {
  return at.protocol === "tcp" ? "S" : "";
}

export function answer({ at }: Session): Shot["flags"] {
  return at.protocol === "tcp" ? "SA" : "";
}

/** The edge's own TCP never opened anything: to it, every try is a first packet. */
export function data({ at, server }: Session): Shot["flags"] {
  if (at.protocol === "udp") return "";
  return server.wire < 0 ? "S" : "PA";
}

export function packetOf({ session, direction, begunBy, error }: Flight): Packet {
  const { opener, server, at, sourcePort } = session;
  const [from, to] = direction === "out" ? [opener, server] : [server, opener];
  // To an edge that has forgotten the session, the port it goes to is the server's.
  const seenAt: Port = begunBy === "forgotten" && direction === "back" ? { ...at, port: sourcePort } : at;
  const packet: Packet = { from: from.place, to: to.place, family: opener.family, at: seenAt, begunBy };
  if (error === undefined) return packet;
  return { ...packet, from: error.place, about: { opener: opener.place, server: server.place } };
}

/** Sequence numbers as conntrack follows them: every packet carries 8 bytes. */
export function shotOf(flight: Flight, id: number, expected: boolean): Shot {
  const { session, direction, flags, error } = flight;
  const { opener, server, at, sourcePort } = session;
  const out = direction === "out";
  const [from, to] = out ? [opener, server] : [server, opener];
  if (error !== undefined) return errorShot(error, from, to, flight, id, expected);
  const mine = out ? 1000 : 5000;
  const theirs = out ? 5000 : 1000;
  return {
    id,
    wire: from.wire,
    from: from.address,
    to: to.address,
    protocol: at.protocol,
    sourcePort: out ? sourcePort : at.port,
    targetPort: out ? at.port : sourcePort,
    flags,
    seq: flags === "S" || flags === "SA" ? mine : mine + 9,
    ack: flags === "S" || flags === "" ? 0 : theirs + 9,
    expected,
  };
}

/** The quoted packet went the other way, from `to` to `from`. */
function errorShot(
  error: Host,
  from: Host,
  to: Host,
  { session: { at, sourcePort }, direction }: Flight,
  id: number,
  expected: boolean,
): Shot {
  const out = direction === "out";
  return {
    id,
    wire: error.wire,
    from: error.address,
    to: to.address,
    about: from.address,
    protocol: at.protocol,
    sourcePort: out ? at.port : sourcePort,
    targetPort: out ? sourcePort : at.port,
    flags: "",
    seq: 0,
    ack: 0,
    expected,
  };
}

export function describe({ session, direction, flags, begunBy, error }: Flight): string {
  const { opener, server, at } = session;
  const end = ({ place, address, wire }: Host) => `${JSON.stringify(place)} ${address} on p${wire}`;
  const arrow = direction === "out" ? "→" : "←";
  const kind = error === undefined ? "" : `ICMP error from ${end(error)} about `;
  return `${kind}${end(opener)} ${arrow} ${end(server)} ${at.protocol}/${at.port} ${flags} begun by ${begunBy}`;
}
