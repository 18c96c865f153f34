/**
 * One hospital through a whole window in a real kernel: every packet's fate, and the counter of every rule that
 * drops, compared with the proof.
 */
import { renderTable } from "../../../src/firewall/tables/table.ts";
import type { Phase, Verdict } from "../../../src/proof/proof-types.ts";
import { type Terrain, terrain } from "../../../src/proof/topology.ts";
import { judge } from "../../../src/proof/verdict.ts";
import { countersOf, type Tally } from "./counters.ts";
import { errorsAbout } from "./errors.ts";
import { answer, data, describe, type Flight, opening, packetOf, shotOf } from "./flight.ts";
import type { Kernel } from "./kernel.ts";
import { isolationScript, vaultScript, whollyReleased } from "./leases.ts";
import { Random } from "./random.ts";
import { compiled, countingRules, type Rulesets } from "./rulesets.ts";
import type { Scene } from "./scene.ts";
import { type Session, sessionsOf, strayedOf, touchesVault } from "./sessions.ts";

export interface Disagreement {
  readonly phase: Phase;
  readonly what: string;
  readonly proof: string;
  readonly kernel: string;
}

export interface Outcome {
  readonly packets: number;
  readonly disagreements: readonly Disagreement[];
}

/** Makes connection tracking see every session, also before jeda's own tables are there. */
const tracker = `table inet site {
	chain forward { type filter hook forward priority 0; policy accept;
		ct state new,established counter
	}
	chain input { type filter hook input priority 0; policy accept;
		ct state new,established counter
	}
}
`;

/** `sessions` names those to try instead of a choice by the scene's seed. */
export async function compare(
  kernel: Kernel,
  scene: Scene,
  sessions?: readonly Session[],
  rulesets: Rulesets = compiled,
): Promise<Outcome> {
  return new Run(kernel, scene, rulesets).throughTheWindow(sessions);
}

class Run {
  private readonly kernel: Kernel;
  private readonly scene: Scene;
  private readonly rulesets: Rulesets;
  private readonly counting: readonly string[];
  private readonly ground: Terrain;
  private readonly random: Random;
  private readonly disagreements: Disagreement[] = [];
  private readonly tally: Tally = new Map();
  private nextId = 1;
  private nextPort = 1024;
  private retried = false;

  constructor(kernel: Kernel, scene: Scene, rulesets: Rulesets) {
    this.kernel = kernel;
    this.scene = scene;
    this.rulesets = rulesets;
    this.counting = countingRules(compiled.edge(scene.hospital));
    this.ground = terrain(scene.hospital);
    this.random = new Random(scene.seed);
  }

  async throughTheWindow(sessions?: readonly Session[]): Promise<Outcome> {
    const { kernel, scene } = this;
    const before = sessions ?? sessionsOf(scene, this.random);
    await kernel.forget("drop");
    await kernel.nft("edge", `flush ruleset\n${tracker}`);
    await kernel.ip("edge", ["route flush table main"], ["-6"]);
    await kernel.ip("edge", ["route flush table main", ...routesOf(scene)]);
    await this.openAll(null, before);
    await kernel.nft("edge", this.rulesets.edge(scene.hospital).map(renderTable).join(""));
    await this.phase("before", before);
    await kernel.nft("edge", isolationScript(scene.hospital));
    await this.phase("isolated", before);
    await kernel.nft("edge", vaultScript);
    const during = await this.phase("vault-open", before);
    await kernel.nft("edge", whollyReleased);
    await this.phase("after", [...before, ...during.filter(touchesVault)]);
    await kernel.nft("edge", isolationScript(scene.hospital) + vaultScript);
    await this.forgotten(before);
    return { packets: this.nextId - 1, disagreements: this.disagreements };
  }

  /** Old sessions in one direction or the other, new ones of every kind, and strayed addresses. Returns what was opened. */
  private async phase(phase: Phase, old: readonly Session[]): Promise<readonly Session[]> {
    await this.fire(phase, [
      ...old.map((session): Flight => {
        const back = session.server.wire >= 0 && this.random.chance(0.5);
        return back
          ? { session, direction: "back", flags: data(session), begunBy: "receiver" }
          : { session, direction: "out", flags: data(session), begunBy: "sender" };
      }),
      ...errorsAbout(old, this.scene, this.random),
      ...strayedOf(this.scene, this.random).map(
        (session): Flight => ({ session, direction: "out", flags: opening(session), begunBy: "sender" }),
      ),
    ]);
    const opened = await this.openAll(
      phase,
      old.map((session) => this.afresh(session)),
    );
    await this.compareCounters(phase);
    return opened;
  }

  private afresh(session: Session): Session {
    if (session.sourcePort < 1024) return session;
    this.nextPort = this.nextPort >= 9_999 ? 1024 : this.nextPort + 1;
    return { ...session, sourcePort: this.nextPort };
  }

  /** Opens the sessions as far as the edge lets them: first packet, answer, and for TCP the third. */
  private async openAll(phase: Phase | null, sessions: readonly Session[]): Promise<readonly Session[]> {
    const first = await this.fire(
      phase,
      sessions.map((session) => ({ session, direction: "out", flags: opening(session), begunBy: "sender" })),
    );
    const begun = sessions.filter((session) => session.server.wire >= 0 && first.has(session));
    const second = await this.fire(
      phase,
      begun.map((session) => ({ session, direction: "back", flags: answer(session), begunBy: "receiver" })),
    );
    const open = begun.filter((session) => second.has(session));
    await this.fire(
      phase,
      open
        .filter(({ at }) => at.protocol === "tcp")
        .map((session) => ({ session, direction: "out", flags: "A", begunBy: "sender" })),
    );
    return open;
  }

  /** The edge forgets every session, as a restart does, while the vault is open: nobody's old TCP may revive. */
  private async forgotten(old: readonly Session[]): Promise<void> {
    await this.kernel.forget("keep");
    await this.fire(
      "vault-open",
      old
        .filter(({ at, server }) => at.protocol === "tcp" && server.wire >= 0)
        .map((session) => ({
          session,
          direction: this.random.chance(0.5) ? "out" : "back",
          flags: "PA",
          begunBy: "forgotten",
        })),
    );
  }

  /** Sends, waits, compares; the sessions whose packet arrived. Without a phase nothing is compared. */
  private async fire(phase: Phase | null, flights: readonly Flight[]): Promise<ReadonlySet<Session>> {
    if (flights.length === 0) return new Set();
    const volley = flights.map((flight) => {
      const verdict: Verdict = phase
        ? judge(this.ground, phase, packetOf(flight))
        : { flow: "open", rule: "" };
      return { flight, verdict, shot: shotOf(flight, this.nextId++, verdict.flow === "open") };
    });
    let arrived = await this.kernel.send(volley.map(({ shot }) => shot));
    const missing = volley.filter(({ shot }) => shot.expected && !arrived.has(shot.id));
    if (missing.length > 0) {
      // A loaded machine may have been late; only what is lost twice was cut.
      this.retried = true;
      arrived = await this.kernel.send(missing.map(({ shot }) => shot));
    }
    for (const { flight, verdict, shot } of volley) {
      const seen = arrived.get(shot.id);
      if (phase !== null) this.tally.set(verdict.rule, (this.tally.get(verdict.rule) ?? 0) + 1);
      if ((seen !== undefined) === (verdict.flow === "open")) continue;
      this.disagreements.push({
        phase: phase ?? "before",
        what: describe(flight),
        proof: phase === null ? "open (no rules)" : `${verdict.flow} (${verdict.rule})`,
        kernel: seen === undefined ? "cut" : `open (arrived at ${seen})`,
      });
    }
    return new Set(volley.filter(({ shot }) => arrived.has(shot.id)).map(({ flight }) => flight.session));
  }

  private async compareCounters(phase: Phase): Promise<void> {
    if (this.retried || this.disagreements.length > 0) return;
    const listing = await this.kernel.nft("edge", "list ruleset");
    const counters = countersOf(listing);
    for (const rule of this.counting) {
      const counted = counters.get(rule) ?? 0;
      const predicted = this.tally.get(rule) ?? 0;
      if (counted === predicted) continue;
      this.disagreements.push({
        phase,
        what: `packets that ${rule} decides`,
        proof: String(predicted),
        kernel: String(counted),
      });
    }
  }
}

function routesOf(scene: Scene): readonly string[] {
  return scene.routes.map(({ prefix, wire }) => `route add ${prefix} dev p${wire}`);
}
