/** One packet of a session: what it looks like on the wire, and what the proof is asked about it. */
import type { Packet, Port } from "../../../src/proof/flow.ts";
import type { Shot } from "./kernel.ts";
import type { Host } from "./scene.ts";
import type { Session } from "./sessions.ts";

export interface Flight {
  readonly session: Session;
  readonly direction: "out" | "back";
  readonly flags: Shot["flags"];
  readonly begunBy: Packet["begunBy"];
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

export function packetOf({ session, direction, begunBy }: Flight): Packet {
  const { opener, server, at, sourcePort } = session;
  const [from, to] = direction === "out" ? [opener, server] : [server, opener];
  // To an edge that has forgotten the session, the port it goes to is the server's.
  const seenAt: Port = begunBy === "forgotten" && direction === "back" ? { ...at, port: sourcePort } : at;
  return { from: from.place, to: to.place, family: opener.family, at: seenAt, begunBy };
}

/** Sequence numbers as conntrack follows them: every packet carries 8 bytes. */
export function shotOf({ session, direction, flags }: Flight, id: number, expected: boolean): Shot {
  const { opener, server, at, sourcePort } = session;
  const out = direction === "out";
  const [from, to] = out ? [opener, server] : [server, opener];
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

export function describe({ session, direction, flags, begunBy }: Flight): string {
  const { opener, server, at } = session;
  const end = ({ place, address, wire }: Host) => `${JSON.stringify(place)} ${address} on p${wire}`;
  const arrow = direction === "out" ? "→" : "←";
  return `${end(opener)} ${arrow} ${end(server)} ${at.protocol}/${at.port} ${flags} begun by ${begunBy}`;
}
