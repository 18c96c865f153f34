/** ICMP errors about sessions that the edge knows: from their ends, and from routers between. */
import type { Flight } from "./flight.ts";
import type { Random } from "./random.ts";
import type { Host, Scene } from "./scene.ts";
import { type Session, touchesVault } from "./sessions.ts";

export function errorsAbout(sessions: readonly Session[], scene: Scene, random: Random): readonly Flight[] {
  return sessions
    .filter(({ server }) => server.wire >= 0)
    .filter((session) => random.chance(touchesVault(session) ? 0.4 : 0.05))
    .map((session): Flight => {
      const direction = random.chance(0.5) ? "out" : "back";
      const end = direction === "out" ? session.opener : session.server;
      const error = touchesVault(session) && random.chance(0.4) ? router(end, scene, random) : end;
      const begunBy = direction === "out" ? "sender" : "receiver";
      return { session, direction, flags: "", begunBy, error };
    });
}

/** Some host on the wire of this end: to the edge, one that forwards looks like any other. */
function router(end: Host, { hosts }: Scene, random: Random): Host {
  return random.pick(hosts.filter(({ wire, family }) => wire === end.wire && family === end.family)) ?? end;
}
