/** Hospitals that somebody made to be awkward, in a real kernel. */
import type { Hospital, Segment } from "../../../src/model/hospital.ts";
import { prove } from "../../../src/proof/prove.ts";
import { handMade } from "../../unit/proof/hand-made.ts";
import { compare } from "./differential.ts";
import { compareHost } from "./host-lock.ts";
import { agrees, sharedKernel } from "./shared-kernel.ts";
import { sceneOf } from "./stack-scene.ts";

const roles = ["clinical", "office", "guest", "management", "vault"] as const;

/** The small hospital with these prefixes, in the order of its segments. */
function addressed(...cidrs: readonly (readonly string[])[]): readonly Segment[] {
  return handMade().segments.map((segment, index) => ({ ...segment, cidrs: cidrs[index] ?? segment.cidrs }));
}

function nasty(changes: Partial<Hospital>, isolate: readonly string[] = ["office", "guest"]): Hospital {
  const base = handMade(changes);
  return { ...base, window: { ...base.window, isolate } };
}

const { backupHost } = handMade();
const host = (addresses: readonly string[], controlFrom: readonly string[]) => ({
  backupHost: { ...backupHost, addresses, controlFrom },
});

const hospitals: readonly (readonly [string, Hospital])[] = [
  [
    "pairs of addresses side by side: /31 and /127",
    nasty({
      segments: addressed(
        ["10.0.0.0/31", "2001:db8::/127"],
        ["10.0.0.2/31", "2001:db8::2/127"],
        ["10.0.0.4/31", "2001:db8::4/127"],
        ["10.0.0.6/31", "2001:db8::6/127"],
        ["10.0.0.8/31", "2001:db8::8/127"],
      ),
      ...host(["10.0.0.9", "2001:db8::9"], ["10.0.0.6", "2001:db8::7"]),
    }),
  ],
  [
    "an isolated network in the hole of another, and the vault beside both",
    nasty(
      {
        segments: addressed(
          ["10.0.0.0/26", "10.0.0.128/25", "2001:db8::/65"],
          ["10.0.0.64/27", "2001:db8:0:0:8000::/66"],
          ["10.0.0.96/28", "2001:db8:0:0:c000::/67"],
          ["10.0.0.112/29", "2001:db8:0:0:e000::/68"],
          ["10.0.0.120/29", "2001:db8:0:0:f000::/68"],
        ),
        ...host(["10.0.0.122", "2001:db8:0:0:f000::a"], ["10.0.0.113"]),
      },
      ["office"],
    ),
  ],
  [
    "segments of one family each",
    nasty({
      segments: addressed(
        ["10.10.0.0/16"],
        ["2001:db8:20::/48"],
        ["10.30.0.0/16"],
        ["2001:db8:40::/48"],
        ["10.50.0.0/16", "2001:db8:50::/48"],
      ),
      ...host(["2001:db8:50::10"], ["2001:db8:40::10"]),
      sources: [],
    }),
  ],
  [
    "a network for a control path, and lateral exceptions in both directions and to the vault",
    nasty({
      ...host(["10.50.0.10", "2001:db8:50::10"], ["10.40.0.0/30", "2001:db8:40::/126"]),
      lateral: {
        mode: "enforce",
        allow: [
          { from: "office", to: "clinical" },
          { from: "clinical", to: "office" },
          { from: "guest", to: "vault" },
        ],
      },
    }),
  ],
  [
    "segments of several wires, several uplinks, and every kind of service on the edge",
    nasty({
      segments: handMade().segments.map((segment, index) => ({
        ...segment,
        interfaces: [`a${index}`, `b${index}`, `c${index}`].slice(0, segment.role === "vault" ? 1 : 3),
      })),
      edges: handMade().edges.map((edge) => ({
        ...edge,
        uplinks: ["internet", "ministry", "insurer"].map((name) => ({ name, interface: name, targets: [] })),
        services: [
          { name: "resolver", protocol: "udp", port: 53 },
          { name: "proxy", protocol: "tcp", port: 3128 },
        ],
      })),
    }),
  ],
  ["nothing isolated at all", nasty({}, [])],
];

describe("the flow proof is true in a real kernel, for hospitals made to be awkward", () => {
  const kernel = sharedKernel();

  for (const [what, hospital] of hospitals) {
    it(what, async () => {
      const [edge] = hospital.edges;
      if (edge === undefined || prove(hospital).flows.length < roles.length)
        throw new Error("not a hospital");
      for (const seed of [1, 2]) {
        const scene = sceneOf(hospital, edge, seed);
        const { disagreements } = await compare(kernel(), scene);
        agrees([...disagreements, ...(await compareHost(kernel(), scene))]);
      }
    });
  }
});
