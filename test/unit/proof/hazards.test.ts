import assert from "node:assert/strict";
import type { Hospital, MariadbSource, SmbSource } from "../../../src/model/hospital.ts";
import type { Circumstances, Finding, PastSave } from "../../../src/proof/proof-types.ts";
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
    assert.equal(excepted.length, 2);
    assert.match(excepted[0] ?? "", /from office to clinical by exception/);
    // With a segment alone there is nothing between.
    const alone = handMade().segments.filter(({ role }) => role === "administrative" || role === "vault");
    const observe = { mode: "observe", allow: [] } as const;
    assert.deepEqual(hazards(handMade({ segments: alone, lateral: observe }), "lateral-open"), []);
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
      { name: "state backend", host: "10.20.0.7", always: true },
      { name: "name server", host: "10.10.0.53", always: false },
      { name: "stub", host: "127.0.0.53", always: false },
    ];
    const notices = [{ to: "https://[2001:db8:20::25]/hook", language: "en" }] as const;
    const found = hazards(handMade({ notices }), "endpoint-behind-cut", { endpoints });
    assert.equal(found.length, 2);
    assert.match(found[0] ?? "", /state backend \(10\.20\.0\.7\) stands in office/);
    assert.match(found[1] ?? "", /notice.*2001:db8:20::25\).*stands in office/);
  });

  it("a name is placed by what the hospital describes", () => {
    const cut = (host: string, at?: string) => {
      const endpoints = [{ name: "time", host, users: ["clinical"], ...(at === undefined ? {} : { at }) }];
      return {
        behind: hazards(handMade({ endpoints }), "endpoint-behind-cut").length,
        unknown: hazards(handMade({ endpoints }), "endpoint-unknown").length,
      };
    };
    // A source of office, a service of clinical, and nobody.
    assert.deepEqual(cut("FILES.internal."), { behind: 1, unknown: 0 });
    assert.deepEqual(cut("records.internal"), { behind: 0, unknown: 0 });
    assert.deepEqual(cut("ntp.internal"), { behind: 0, unknown: 1 });
    assert.deepEqual(cut("ntp.internal", "office"), { behind: 1, unknown: 0 });
    assert.deepEqual(cut("ntp.internal", "clinical"), { behind: 0, unknown: 0 });
    assert.deepEqual(cut("ntp.internal", "internet"), { behind: 0, unknown: 0 });
  });

  it("what is beyond the uplinks is lost to a machine in a segment that is cut, and to nobody else", () => {
    const state = { name: "state", host: "state.example", always: true, beyond: true };
    const ask = (machine: string, endpoints = [state]) =>
      hazards(handMade(), "endpoint-behind-cut", { machine: [machine], endpoints });
    assert.match(ask("10.20.0.9")[0] ?? "", /state.*beyond the uplinks, from which office/);
    assert.deepEqual(ask("10.40.0.9"), []);
    assert.deepEqual(ask("192.168.1.2"), []);
    const clock = { name: "clock", host: "0.pool.example", always: false };
    const untold = (machine: string, one: typeof clock) =>
      hazards(handMade(), "endpoint-unknown", { machine: [machine], endpoints: [one] }).length;
    assert.equal(untold("10.40.0.9", clock), 1);
    assert.equal(untold("192.168.1.2", clock), 0);
    assert.equal(untold("192.168.1.2", { ...clock, always: true }), 1);
  });

  it("a notice that the backup host can't give through its locks", () => {
    const given = (to: string, ...command: string[]) => {
      const hospital = handMade({ notices: [{ to, language: "id", command }] });
      return [...hazards(hospital, "endpoint-behind-cut"), ...hazards(hospital, "endpoint-unknown")];
    };
    assert.deepEqual(given("duty officer", "/usr/local/bin/sms", "+62811"), []);
    assert.deepEqual(given("someone@rs.example", "mail", "-s", "jeda", "someone@rs.example"), []);
    assert.match(given("chat", "curl", "https://203.0.113.7/hook")[0] ?? "", /the backup host never reaches/);
    assert.match(
      given("chat", "curl", "http://10.10.0.7")[0] ?? "",
      /in clinical: .* only while the vault is open$/,
    );
    assert.match(given("chat", "nc", "chat.internal:25")[0] ?? "", /can't be told whether notice chat/);
    assert.deepEqual(given("desk", "curl", "http://127.0.0.1:8080"), []);
  });

  it("a source can't be saved in time at its past speed", () => {
    // 100 GiB in 160 minutes need a little more than 11 MB/s.
    const past = (bytes: number, durationMs: number) => ({ past: { files: { bytes, durationMs } } });
    const half = 50 * 2 ** 30;
    const at = (speed: number) => past(speed === 0 ? 0 : half, (half / Math.max(1, speed)) * 1000);
    const [slow] = hazards(handMade(), "source-too-large", at(11_000_000));
    assert.match(slow ?? "", /files holds 100\.0 GiB.*163 minutes are needed, the window has 160 minutes/);
    assert.deepEqual(hazards(handMade(), "source-too-large", at(12_000_000)), []);
    assert.deepEqual(hazards(handMade(), "source-too-large", at(0)), []);
    assert.deepEqual(hazards(handMade(), "source-too-large"), []);
    // What one file of 11 MB took says nothing of 100 GiB: the window tries it, and so there is nothing to warn of.
    assert.deepEqual(hazards(handMade(), "source-too-large", past(11_000_000, 1000)), []);
  });

  it("a dump's time is not reckoned by the bytes of data and indexes", () => {
    const [files] = handMade().sources;
    assert.ok(files);
    const { canaries: _, ...rest } = files as SmbSource;
    const database: MariadbSource = { ...rest, kind: "mariadb", port: 3306, database: "simrs" };
    const dump = { bytes: 17 * 2 ** 30, durationMs: 9_000_000, surveyedBytes: 100 * 2 ** 30 };
    const found = (one: PastSave) =>
      hazards(handMade({ sources: [database] }), "source-too-large", { past: { files: one } });
    assert.deepEqual(found(dump), []);
    assert.deepEqual(found({ ...dump, surveyedBytes: null }), []);
    assert.match(
      found({ ...dump, surveyedBytes: 50 * 2 ** 30 })[0] ?? "",
      /150 minutes for 50\.0 GiB .*: 300 min/,
    );
  });

  it("a source that would fit alone doesn't behind others", () => {
    const [source] = handMade().sources;
    assert.ok(source);
    const sources = ["a", "b", "c"].map((name, order) => ({ ...source, name, order }));
    // 90 minutes each
    const speed = { bytes: 50 * 2 ** 30, durationMs: (50 * 2 ** 30) / 20_000 };
    const past = { a: speed, b: speed, c: speed };
    const steps = (parallel: number) => [{ kind: "backup", sources: "all", parallel }] as const;
    const late = (parallel: number) =>
      hazards(handMade({ sources }), "source-too-large", { past, runbook: { steps: steps(parallel) } });
    assert.deepEqual(late(3), []);
    assert.equal(late(2).length, 1);
    assert.match(late(2)[0] ?? "", /^c .*179 minutes are needed, behind a, b/);
    assert.equal(late(1).length, 2);
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
      /squid \(tcp\/3128\) on the edge.*refuses it to office/,
    );
    const cut = prove(hospital).flows.filter(
      ({ kind, from }) => kind === "segment-edge" && from.includes("office"),
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
