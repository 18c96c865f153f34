/** The backup host's own ruleset in a real kernel, without any edge in front: every host of a scene tries to get in. */
import { renderTable } from "../../../src/firewall/tables/table.ts";
import { judgeAtHost } from "../../../src/proof/host-verdict.ts";
import type { Port } from "../../../src/proof/proof-types.ts";
import { rule } from "../../../src/proof/rules.ts";
import { countersOf } from "./counters.ts";
import type { Disagreement } from "./differential.ts";
import type { Kernel, Shot } from "./kernel.ts";
import { compiled, type Rulesets } from "./rulesets.ts";
import { edgeServices, type Host, type Scene, wireCount } from "./scene.ts";

/** Behind jeda's own chains: connection tracking sees every session, and errors that came in are counted. */
const tracker = `table inet site {
	chain input { type filter hook input priority 0; policy accept;
		ct state new,established counter
		ct state related counter comment "site/errors"
	}
}
`;
/** wire.py listens on the backup host on the UDP ports of the edge's services. */
const udp = edgeServices.find(({ protocol }) => protocol === "udp") as Port;
const ports: readonly Port[] = [udp, { protocol: "tcp", port: 22 }, { protocol: "tcp", port: 445 }];

interface Try {
  readonly from: Host;
  readonly to: string;
  readonly at: Port;
  readonly sourcePort: number;
}

export async function compareHost(
  kernel: Kernel,
  scene: Scene,
  rulesets: Rulesets = compiled,
): Promise<readonly Disagreement[]> {
  const { backupHost } = scene.hospital;
  const outsiders = scene.hosts.filter(({ place }) => place.kind !== "backup-host");
  await kernel.forget("drop");
  await kernel.nft("backup", `flush ruleset\n${tracker}`);
  await kernel.ip("backup", [
    "addr flush dev b0 scope global",
    ...backupHost.addresses.map((address) => `addr add ${address} dev b0`),
    "route replace default dev b0",
  ]);
  await kernel.ip("backup", ["route replace default dev b0"], ["-6"]);
  let nextPort = 20_000;
  const tries = outsiders.flatMap((from): readonly Try[] => {
    const to = backupHost.addresses.find((address) => address.includes(":") === (from.family === "ipv6"));
    return to === undefined ? [] : ports.map((at) => ({ from, to, at, sourcePort: nextPort++ }));
  });
  let nextId = 1;
  const shots = (ofTries: readonly Try[], expected: (one: Try) => boolean) =>
    ofTries.map((one) => shotOf(one, nextId++, expected(one)));

  // Sessions from before the ruleset was there: afterwards they are `established`, and must be cut all the same.
  await kernel.send(shots(tries, () => true));
  await kernel.nft("backup", renderTable(rulesets.host(scene.hospital)));
  const again = [...tries, ...tries.map((one) => ({ ...one, sourcePort: nextPort++ }))];
  const open = ({ from, at }: Try) => judgeAtHost(from.place, from.family, at).flow === "open";
  const volley = shots(again, open);
  const arrived = await sendPatiently(kernel, volley);
  const inward = volley.flatMap((shot, index) => disagreement(again[index], shot, arrived.get(shot.id)));
  return [
    ...inward,
    ...(await counted(kernel, again)),
    ...(await errors(kernel, again.filter(open))),
    ...(await ownConnections(kernel, tries)),
    ...(await outOfTheMiddle(kernel, tries)),
    ...(await basics(kernel)),
  ];
}

/** A loaded machine may have been late; only what is lost twice was cut. */
async function sendPatiently(kernel: Kernel, shots: readonly Shot[]): Promise<ReadonlyMap<number, string>> {
  const arrived = await kernel.send(shots);
  const missing = shots.filter(({ id, expected }) => expected && !arrived.has(id));
  return missing.length === 0 ? arrived : await kernel.send(missing);
}

function disagreement(one: Try | undefined, shot: Shot, seen: string | undefined): readonly Disagreement[] {
  if (one === undefined || (seen !== undefined) === shot.expected) return [];
  const verdict = judgeAtHost(one.from.place, one.from.family, one.at);
  const what = `${JSON.stringify(one.from.place)} ${shot.from} → ${shot.to} ${shot.protocol}/${shot.targetPort} ${shot.flags}`;
  return [
    {
      phase: "before",
      what,
      proof: `${verdict.flow} (${verdict.rule})`,
      kernel: seen === undefined ? "cut" : "open",
    },
  ];
}

/** What was refused, by rule: the last of them says no more than the chain's policy, but it counts. */
async function counted(kernel: Kernel, tries: readonly Try[]): Promise<readonly Disagreement[]> {
  const counters = countersOf(await kernel.nft("backup", "list ruleset"));
  const rules = tries.map(({ from, at }) => judgeAtHost(from.place, from.family, at).rule);
  return [rule.hostSsh, rule.hostRest].flatMap((id): readonly Disagreement[] => {
    const predicted = rules.filter((one) => one === id).length;
    const seen = counters.get(id) ?? 0;
    // One that came late was sent twice.
    if (seen >= predicted) return [];
    return [
      { phase: "before", what: `packets that ${id} decides`, proof: `${predicted}`, kernel: `${seen}` },
    ];
  });
}

/** The control path's answers may be too large for the way: whoever says so is heard. */
async function errors(kernel: Kernel, control: readonly Try[]): Promise<readonly Disagreement[]> {
  const chosen = onePerFamily(control);
  const arrived = async () =>
    countersOf(await kernel.nft("backup", "list table inet site")).get("site/errors") ?? 0;
  const earlier = await arrived();
  let seen = 0;
  // Nothing answers an error: on a loaded machine it may be counted late, or the session it is about be over.
  for (let attempt = 0; attempt < 10 && seen < chosen.length; attempt++) {
    const ids = 1_000_000 + attempt * 2 * chosen.length;
    await kernel.send(chosen.map((one, index) => shotOf(one, ids + index, true)));
    await kernel.send(
      chosen.map((one, index): Shot => {
        const shot = shotOf(one, ids + chosen.length + index, false);
        return { ...shot, about: shot.from, sourcePort: shot.targetPort, targetPort: shot.sourcePort };
      }),
    );
    seen = (await arrived()) - earlier;
  }
  if (seen >= chosen.length) return [];
  const what = "ICMP errors about the control path";
  return [{ phase: "before", what, proof: `${chosen.length}`, kernel: `${seen}` }];
}

/** What the host begins gets its answers: to sources as to anybody, for the edge decides where it may go. */
async function ownConnections(kernel: Kernel, tries: readonly Try[]): Promise<readonly Disagreement[]> {
  const some = tries.filter(({ at }) => at.port === 445).slice(0, 8);
  const cases = [
    { wanted: "connected", answer: "accept", offset: 0, from: some },
    // A source that is down says so by an ICMP error, and the backup need not wait for a timeout.
    { wanted: "refused", answer: "refuse", offset: 1, from: onePerFamily(some) },
  ] as const;
  const found: Disagreement[] = [];
  for (const { wanted, answer, offset, from: chosen } of cases) {
    const connections = chosen.map(({ from, at }, id) => ({ id, to: from.address, port: at.port + offset }));
    const answers = await kernel.connect(connections, answer);
    for (const { id, to, port } of connections.filter((one) => answers[one.id] !== wanted)) {
      const what = `backup host → ${to} tcp/${port}`;
      found.push({ phase: "before", what, proof: wanted, kernel: answers[id] ?? "cut on the way out" });
    }
  }
  return found;
}

/**
 * Sessions whose first packet that the kernel sees is the host's own, as after its ruleset was loaded over SSH: what
 * others then send would pass for answers. Only SSH may go on from there, and only with the control path.
 */
async function outOfTheMiddle(kernel: Kernel, tries: readonly Try[]): Promise<readonly Disagreement[]> {
  await kernel.forget("drop");
  const tcp = tries.filter(({ at }) => at.protocol === "tcp");
  const isSsh = ({ at }: Try) => at.port === 22;
  const out = tcp.map((one, index): Shot => {
    const shot = shotOf(one, index + 1, isSsh(one));
    return {
      ...shot,
      from: shot.to,
      to: shot.from,
      sourcePort: shot.targetPort,
      targetPort: shot.sourcePort,
      flags: "PA",
    };
  });
  const left = await kernel.send(out, "emit");
  const answers = tcp.map((one, index): Shot => {
    const open = isSsh(one) && judgeAtHost(one.from.place, one.from.family, one.at).flow === "open";
    return { ...shotOf(one, tcp.length + index + 1, open), flags: "PA" };
  });
  const arrived = await sendPatiently(kernel, answers);
  return [
    ...out.flatMap((shot) =>
      left.has(shot.id) === shot.expected
        ? []
        : [
            {
              phase: "before" as const,
              what: `backup host → ${shot.to} from tcp/${shot.sourcePort}, out of the middle of a session`,
              proof: shot.expected ? "open" : "cut (output/not-a-beginning)",
              kernel: shot.expected ? "cut" : "open",
            },
          ],
    ),
    ...answers.flatMap((shot, index) => disagreement(tcp[index], shot, arrived.get(shot.id))),
  ];
}

async function basics(kernel: Kernel): Promise<readonly Disagreement[]> {
  const found = await kernel.basics();
  return Object.entries(found)
    .filter(([, works]) => !works)
    .map(([what]) => ({ phase: "before", what: `the backup host's ${what}`, proof: "open", kernel: "cut" }));
}

function onePerFamily(tries: readonly Try[]): readonly Try[] {
  return [...new Map(tries.map((one) => [one.from.family, one])).values()];
}

function shotOf({ from, to, at, sourcePort }: Try, id: number, expected: boolean): Shot {
  return {
    id,
    wire: wireCount,
    from: from.address,
    to,
    protocol: at.protocol,
    sourcePort,
    targetPort: at.port,
    flags: at.protocol === "tcp" ? "S" : "",
    seq: 1000,
    ack: 0,
    expected,
  };
}
