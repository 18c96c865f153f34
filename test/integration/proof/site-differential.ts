/**
 * Somebody else's tables beside jeda's own in a real kernel: whether each packet arrives, compared with what was
 * read out of `nft list ruleset` by the product itself.
 */
import { renderTable } from "../../../src/firewall/tables/table.ts";
import { terrain } from "../../../src/proof/topology.ts";
import { judge } from "../../../src/proof/verdict.ts";
import { everyAddress, ofPrefixes } from "../../../src/site-rules/intervals.ts";
import type { Packets } from "../../../src/site-rules/packets.ts";
import { type Fate, SiteJudge } from "../../../src/site-rules/path.ts";
import { readSiteRuleset } from "../../../src/site-rules/ruleset.ts";
import type { Disagreement } from "./differential.ts";
import { answer, data, describe, type Flight, opening, packetOf, shotOf } from "./flight.ts";
import type { Kernel } from "./kernel.ts";
import { whollyReleased } from "./leases.ts";
import { Random } from "./random.ts";
import { compiled } from "./rulesets.ts";
import type { Scene } from "./scene.ts";
import { type Session, sessionsOf } from "./sessions.ts";

export interface SiteOutcome {
  readonly packets: number;
  /** Packets by what was read of them. */
  readonly told: Readonly<Record<Fate["kind"], number>>;
  readonly disagreements: readonly Disagreement[];
}

export async function compareSite(
  kernel: Kernel,
  scene: Scene,
  tables: string,
  sessions: readonly Session[] = sessionsOf(scene, new Random(scene.seed)),
): Promise<SiteOutcome> {
  await kernel.forget("drop");
  await kernel.nft("edge", "flush ruleset");
  await kernel.ip("edge", ["route flush table main"], ["-6"]);
  const routes = scene.routes.map(({ prefix, wire }) => `route add ${prefix} dev p${wire}`);
  await kernel.ip("edge", ["route flush table main", ...routes]);
  await kernel.nft("edge", tables + compiled.edge(scene.hospital).map(renderTable).join(""));
  await kernel.nft("edge", whollyReleased);
  const listing = await kernel.nft("edge", "list ruleset");
  const site = new SiteJudge(readSiteRuleset(listing, { own: ["jeda", "jeda_window"] }));
  const ground = terrain(scene.hospital);
  const told: Record<Fate["kind"], number> = { pass: 0, drop: 0, reject: 0, elsewhere: 0, unknown: 0 };
  const disagreements: Disagreement[] = [];
  let id = 0;

  const fire = async (flights: readonly Flight[], state: Packets["state"]): Promise<readonly Session[]> => {
    const volley = flights.map((flight) => {
      const fates = site.fates(
        asPackets(flight, state),
        flight.session.server.wire < 0 ? "input" : "forward",
      );
      const proved = judge(ground, "before", packetOf(flight));
      const kinds = new Set(fates.map(({ kind }) => kind));
      const kind: Fate["kind"] = kinds.size === 1 ? (fates[0]?.kind ?? "unknown") : "unknown";
      told[kind]++;
      id++;
      const expected = kind === "unknown" ? null : kind === "pass" && proved.flow === "open";
      return {
        flight,
        expected,
        read: `${kind}, ${proved.flow} by jeda`,
        fates,
        kind,
        shot: shotOf(flight, id, expected === true),
      };
    });
    if (volley.length === 0) return [];
    let arrived = await kernel.send(volley.map(({ shot }) => shot));
    const missing = volley.filter(({ shot }) => shot.expected && !arrived.has(shot.id));
    if (missing.length > 0) arrived = await kernel.send(missing.map(({ shot }) => shot));
    // An error that quotes the packet comes back to its sender: that is no arrival.
    const there = ({ shot, flight }: (typeof volley)[number]): boolean => {
      const { opener, server } = flight.session;
      const { wire } = flight.direction === "out" ? server : opener;
      return arrived.get(shot.id) === (wire < 0 ? "edge" : `h${wire}`);
    };
    for (const one of volley) {
      if (one.expected === null || there(one) === one.expected) continue;
      const rule = one.fates[0]?.rule;
      disagreements.push({
        phase: "before",
        what: `${describe(one.flight)} (${state})`,
        proof: `${one.read}: ${rule === null || rule === undefined ? "no rule" : `${rule.table} ${rule.chain} ${rule.text}`}`,
        kernel: there(one) ? `open (${arrived.get(one.shot.id)})` : "cut",
      });
    }
    return volley.filter(there).map(({ flight }) => flight.session);
  };

  const out = (session: Session, flags: Flight["flags"]): Flight => ({
    session,
    direction: "out",
    flags,
    begunBy: "sender",
  });
  // Of the edge's own TCP only the answer is seen, which goes by the output hook.
  const seen = sessions.filter(({ server, at }) => server.wire >= 0 || at.protocol === "udp");
  const opened = await fire(
    seen.map((session) => out(session, opening(session))),
    "new",
  );
  const begun = opened.filter(({ server }) => server.wire >= 0);
  const answered = await fire(
    begun.map((session) => ({ session, direction: "back", flags: answer(session), begunBy: "receiver" })),
    "established",
  );
  await fire(
    answered.map((session) => out(session, session.at.protocol === "tcp" ? "A" : data(session))),
    "established",
  );
  return { packets: id, told, disagreements };
}

const bits: Readonly<Record<Flight["flags"], number>> = { S: 2, SA: 18, A: 16, PA: 24, "": 0 };

function asPackets({ session, direction, flags }: Flight, state: Packets["state"]): Packets {
  const { opener, server, at, sourcePort } = session;
  const out = direction === "out";
  const [from, to] = out ? [opener, server] : [server, opener];
  const family = from.family === "ipv4" ? 4 : 6;
  const [mine, theirs] = out ? [sourcePort, at.port] : [at.port, sourcePort];
  return {
    family,
    hook: "",
    iif: `p${from.wire}`,
    oif: to.wire < 0 ? null : `p${to.wire}`,
    source: ofPrefixes([from.address], family),
    destination: to.address === "" ? everyAddress(family) : ofPrefixes([to.address], family),
    hidden: new Set(),
    protocol: at.protocol,
    sourcePort: [[BigInt(mine), BigInt(mine)]],
    destinationPort: [[BigInt(theirs), BigInt(theirs)]],
    state,
    direction: out ? "original" : "reply",
    flags: bits[flags],
    mark: null,
    connectionMark: null,
    routed: false,
    translated: new Set(),
    effects: [],
  };
}
