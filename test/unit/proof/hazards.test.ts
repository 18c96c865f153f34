import assert from "node:assert/strict";
import type { Hospital } from "../../../src/model/hospital.ts";
import type { Circumstances, Finding } from "../../../src/proof/flow.ts";
import { prove } from "../../../src/proof/prove.ts";
import { handMade, service } from "./hand-made.ts";

function hazards(
  hospital: Hospital,
  code: Finding["code"],
  circumstances: Circumstances = {},
): readonly string[] {
  return prove(hospital, circumstances)
    .hazards.filter((hazard) => hazard.code === code)
    .map((hazard) => hazard.text);
}

const quiet = { ...handMade().window, isolate: [] };

describe("hazards of the flow proof", () => {
  it("are none where nothing is isolated", () => {
    assert.deepEqual(prove(handMade({ window: quiet })).hazards, []);
  });

  it("SMB, RPC and RDP stay open: observed, or by exception", () => {
    assert.deepEqual(hazards(handMade(), "lateral-open"), []);
    const [observed] = hazards(handMade({ lateral: { mode: "observe", allow: [] } }), "lateral-open");
    assert.match(observed ?? "", /stay open between segments while office is cut off/);
    const allow = [
      { from: "office", to: "clinical" },
      { from: "guest", to: "clinical" },
    ];
    const excepted = hazards(handMade({ lateral: { mode: "enforce", allow } }), "lateral-open");
    assert.equal(excepted.length, 1);
    assert.match(excepted[0] ?? "", /from office to clinical by exception/);
  });

  it("the worm's kill switch is cut with the internet", () => {
    const [enforced] = hazards(handMade(), "kill-switch");
    assert.match(enforced ?? "", /kill switch.*within its segment/);
    const [observed] = hazards(handMade({ lateral: { mode: "observe", allow: [] } }), "kill-switch");
    assert.match(observed ?? "", /within and between segments/);
    const edges = handMade().edges.map((edge) => ({ ...edge, uplinks: [] }));
    assert.deepEqual(hazards(handMade({ edges }), "kill-switch"), []);
  });

  it("a backend, name server or notice endpoint stands behind the cut", () => {
    const endpoints = [
      { name: "state backend", address: "10.20.0.7" },
      { name: "name server", address: "10.10.0.53" },
    ];
    const notices = [{ to: "https://[2001:db8:20::25]/hook", language: "en" }] as const;
    const found = hazards(handMade({ notices }), "endpoint-behind-cut", { endpoints });
    assert.equal(found.length, 2);
    assert.match(found[0] ?? "", /state backend \(10\.20\.0\.7\) stands in office/);
    assert.match(found[1] ?? "", /notice.*2001:db8:20::25\) stands in office/);
  });

  it("a source can't be saved in time at its past speed", () => {
    // 100 GiB in 160 minutes need a little more than 11 MB/s.
    const [slow] = hazards(handMade(), "source-too-large", { speeds: { files: 11_000_000 } });
    assert.match(slow ?? "", /files holds 100\.0 GiB.*163 minutes are needed, the window has 160 minutes/);
    assert.deepEqual(hazards(handMade(), "source-too-large", { speeds: { files: 12_000_000 } }), []);
    assert.deepEqual(hazards(handMade(), "source-too-large"), []);
  });

  it("a service needs something in a segment that is cut, however far down", () => {
    const services = [
      service("records", "clinical", { needs: [{ kind: "service", service: "login" }] }),
      service("login", "clinical", { needs: [{ kind: "segment", segment: "office" }] }),
    ];
    const found = hazards(handMade({ services }), "need-behind-cut");
    assert.equal(found.length, 2);
    assert.match(found[0] ?? "", /records needs login → office in office/);
    assert.match(found[1] ?? "", /login needs office in office/);
  });

  it("a way out that the forward hook doesn't see: bridge, proxy on the edge", () => {
    const [edge] = handMade().edges;
    assert.ok(edge);
    const bridged = { ...edge, uplinks: [{ name: "internet", interface: "br0", targets: [] }] };
    assert.match(hazards(handMade({ edges: [bridged] }), "unseen-way-out")[0] ?? "", /by its name a bridge/);
    const proxied = { ...edge, services: [{ name: "squid", protocol: "tcp", port: 3128 } as const] };
    const hospital = handMade({ edges: [proxied] });
    assert.match(
      hazards(hospital, "edge-service-cut")[0] ?? "",
      /squid \(tcp\/3128\) on the edge is refused to office/,
    );
    const cut = prove(hospital).flows.filter(
      ({ kind, from }) => kind === "segment-edge" && from === "office",
    );
    assert.deepEqual(
      cut.map(({ phases }) => [phases.before.flow, phases.isolated.flow, phases.isolated.rule]),
      [
        ["open", "cut", "input/squid-from-if"],
        ["open", "cut", "input/squid-from-if"],
      ],
    );
  });
});
