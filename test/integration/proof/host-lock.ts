/** The backup host's own ruleset in a real kernel, without any edge in front: every host of a scene tries to get in. */
import { compileHostTable } from "../../../src/firewall/host-table.ts";
import { renderTable } from "../../../src/firewall/table.ts";
import type { Port } from "../../../src/proof/flow.ts";
import { judgeAtHost } from "../../../src/proof/host-verdict.ts";
import type { Disagreement } from "./differential.ts";
import type { Kernel, Shot } from "./kernel.ts";
import { edgeServices, type Host, type Scene, wireCount } from "./scene.ts";

const tracker = `table inet site {
	chain input { type filter hook input priority 0; policy accept;
		ct state new,established counter
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

export async function compareHost(kernel: Kernel, scene: Scene): Promise<readonly Disagreement[]> {
  const { backupHost } = scene.hospital;
  const outsiders = scene.hosts.filter(({ place }) => place.kind !== "backup-host");
  await kernel.forget("drop");
  await kernel.nft("backup", `flush ruleset\n${tracker}`);
  await kernel.ip("backup", [
    "addr flush dev b0",
    ...backupHost.addresses.map((address) => `addr add ${address} dev b0`),
    "route replace default dev b0",
  ]);
  await kernel.run("backup", ["ip", "-6", "route", "replace", "default", "dev", "b0"]);
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
  await kernel.nft("backup", renderTable(compileHostTable(scene.hospital)));
  const again = [...tries, ...tries.map((one) => ({ ...one, sourcePort: nextPort++ }))];
  const open = ({ from, at }: Try) => judgeAtHost(from.place, from.family, at).flow === "open";
  const volley = shots(again, open);
  const arrived = await kernel.send(volley);
  const inward = volley.flatMap((shot, index): readonly Disagreement[] => {
    const seen = arrived.get(shot.id);
    const one = again[index];
    if (one === undefined || (seen !== undefined) === shot.expected) return [];
    const { flow, rule } = judgeAtHost(one.from.place, one.from.family, one.at);
    const what = `${JSON.stringify(one.from.place)} ${shot.from} → ${shot.to} ${shot.protocol}/${shot.targetPort}`;
    return [
      { phase: "before", what, proof: `${flow} (${rule})`, kernel: seen === undefined ? "cut" : "open" },
    ];
  });
  return [...inward, ...(await ownConnections(kernel, tries))];
}

/** What the host begins gets its answers: to sources as to anybody, for the edge decides where it may go. */
async function ownConnections(kernel: Kernel, tries: readonly Try[]): Promise<readonly Disagreement[]> {
  const some = tries.filter(({ at }) => at.port === 445).slice(0, 8);
  const connections = some.map(({ from, at }, index) => ({
    id: index,
    to: from.address,
    port: at.port,
  }));
  const answers = await kernel.connect(connections);
  return connections
    .filter(({ id }) => answers[id] !== "connected")
    .map(({ id, to }) => ({
      phase: "before",
      what: `backup host → ${to} tcp/445`,
      proof: "open",
      kernel: answers[id] ?? "cut on the way out",
    }));
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
