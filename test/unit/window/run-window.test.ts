import { deepEqual, equal, match, ok } from "node:assert/strict";
import { NOT_PROVED } from "../../../src/model/driver.ts";
import { reportText } from "../../../src/window/report/text.ts";
import { FakeHospital } from "./fakes/hospital.ts";
import { plan } from "./fakes/plan.ts";

describe("a window in memory", () => {
  it("ends ok when everything is proved, saved, verified and back", async () => {
    const hospital = new FakeHospital();
    const report = await hospital.run();
    deepEqual(report.reasons, []);
    equal(report.result, "ok");
    deepEqual(
      report.segments.map(({ name, provedIsolated, provedConnected }) => [
        name,
        provedIsolated,
        provedConnected,
      ]),
      [
        ["administrative", true, true],
        ["guest", true, true],
      ],
    );
    deepEqual(report.kept, [{ name: "clinical", provedConnected: true, closedBefore: [] }]);
    ok(report.sources.every((source) => source.verified));
    deepEqual(report.records, { sent: 12, acknowledged: 10, stored: 11, lost: 0 });
    equal(report.vault.provedShut, true);
    ok((report.deadlines.kept.reconnectByMs ?? 0) > 100_000);
    ok(report.services[0]?.probes !== undefined && report.services[0].probes > 1);
  });

  it("leases with the deadline of the edge's own boot clock, the vault 5 s before, never later", async () => {
    const hospital = new FakeHospital();
    await hospital.run();
    const edge = hospital.recorder.status.edges[0];
    const left = hospital.deadlines.reconnectBy - hospital.deadlines.start;
    // The fake edge was booted 123,456 ms before the backup host.
    equal(edge?.reconnectByBootMs, 1_000_000 + 123_456 + left);
    const timeouts = hospital.recorder.entries.flatMap((entry) =>
      entry.type === "isolated" || entry.type === "vault-open" ? [entry.timeoutMs] : [],
    );
    equal(timeouts.length, 2);
    ok((timeouts[0] ?? 0) - (timeouts[1] ?? 0) >= 5_000);
  });

  it("opens the vault only after the isolation was proved, and saves in order of value", async () => {
    const hospital = new FakeHospital();
    await hospital.run();
    const types = hospital.recorder.entries.map((entry) =>
      entry.type === "flow" ? `${entry.type} ${entry.phase}` : entry.type,
    );
    ok(types.lastIndexOf("flow isolated") < types.indexOf("vault-open"));
    const started = hospital.recorder.entries.flatMap((entry) =>
      entry.type === "source-started" ? [entry.source] : [],
    );
    deepEqual(started, ["records", "office-files"]);
  });

  it("is refused before anything is cut where packets go around the forward hook", async () => {
    const flowtable = { table: "inet site", chain: "flowtable fast", hook: "ingress", priority: 0 };
    const cases = [
      [{ foreign: [flowtable] }, /inet site\/flowtable fast takes packets of known sessions past/],
      [
        {
          bridges: [
            { bridge: "br0", port: "wan0" },
            { bridge: "br0", port: "eth9" },
          ],
        },
        /bridge br0\/wan0 bridges an uplink/,
      ],
    ] as const;
    for (const [hands, reason] of cases) {
      const hospital = new FakeHospital({
        ...plan,
        edges: plan.edges.map((edge) => ({ ...edge, uplinks: ["wan0"] })),
      });
      Object.assign(hospital.edges[0] ?? {}, hands);
      const report = await hospital.run();
      equal(report.result, "failed");
      match(report.reasons.join("\n"), reason);
      ok(hospital.edges.every(({ calls }) => !calls.includes("lease")));
    }
  });

  it("ends as soon as it is done, long before the deadline", async () => {
    const hospital = new FakeHospital();
    const report = await hospital.run();
    ok(Date.parse(report.endedAt) - Date.parse(report.startedAt) < 60_000);
  });

  it("is skipped when startCutoff has passed, and touches nothing", async () => {
    const late = { ...plan, schedule: { ...plan.schedule, start: "2017-05-15T00:00:00+07:00" } };
    const hospital = new FakeHospital(late);
    await hospital.clock.sleep(61_000);
    const report = await hospital.run();
    equal(report.result, "skipped");
    match(report.reasons[0] ?? "", /startCutoff had passed/);
    deepEqual(
      hospital.edges[0]?.calls.filter((call) => /lease|release/.test(call)),
      [],
    );
  });

  it("is skipped when something has not answered by startCutoff, and says what", async () => {
    const hospital = new FakeHospital();
    hospital.drivers = { records: { preflight: () => new Promise(() => undefined) } };
    const report = await hospital.run();
    equal(report.result, "skipped");
    deepEqual(report.reasons, ["the repository or a source had not answered by startCutoff"]);
    equal(Date.parse(report.endedAt) >= hospital.deadlines.startCutoff, true);
    deepEqual(
      hospital.edges[0]?.calls.filter((call) => /lease|release/.test(call)),
      [],
    );
  });

  it("ends at the deadline whatever it still waits for", async () => {
    const hospital = new FakeHospital();
    const [edge] = hospital.edges;
    if (edge === undefined) throw new Error("an edge");
    edge.before = (command) => (command === "lease" ? new Promise(() => undefined) : undefined);
    const report = await hospital.run();
    equal(report.result, "failed");
    match(report.reasons[0] ?? "", /^the deadline came while the window was still isolating$/);
    ok(Date.parse(report.endedAt) >= hospital.deadlines.reconnectBy);
    ok(edge.calls.includes("release"));
  });

  it("isolates on all edges or on none", async () => {
    const two = { ...plan, edges: [...plan.edges, { name: "standby", ssh: "standby-window", targets: [] }] };
    const hospital = new FakeHospital(two);
    const [first, standby] = hospital.edges;
    if (first === undefined || standby === undefined) throw new Error("two edges");
    standby.before = (command) => {
      if (command === "lease") throw new Error("no route to the standby");
    };
    const report = await hospital.run();
    equal(report.result, "failed");
    match(report.reasons[0] ?? "", /no route to the standby/);
    ok(!first.holds("isolated_if"), "the edge that had isolated was undone");
    ok(Date.parse(report.endedAt) < hospital.deadlines.reconnectBy);
    equal(report.sources.filter((source) => source.snapshot !== null).length, 0);
  });

  it("refuses to begin on top of another lease, and does not end that one", async () => {
    const hospital = new FakeHospital();
    const [edge] = hospital.edges;
    if (edge === undefined) throw new Error("an edge");
    await edge.lease({
      bootId: "edge-boot",
      fence: 7,
      deadlineBootMs: edge.bootMs + 900_000,
      elements: [{ set: "isolated_if", value: "other0" }],
    });
    const report = await hospital.run();
    equal(report.result, "failed");
    match(report.reasons[0] ?? "", /already holds a lease/);
    ok(edge.holds("isolated_if", "other0"));
  });

  it("refuses to begin where an edge came up with the minimal ruleset, and says why it did", async () => {
    const hospital = new FakeHospital();
    for (const edge of hospital.edges) edge.fallback = "/etc/jeda/edge.nft did not load: syntax error";
    const report = await hospital.run();
    equal(report.result, "failed");
    match(report.reasons[0] ?? "", /the minimal ruleset is in force: .*edge\.nft did not load: syntax error/);
    ok(hospital.edges.every((edge) => !edge.calls.some((call) => call.startsWith("lease"))));
  });

  it("says between which moments the segments may have been connected, where an edge lost its tables", async () => {
    const hospital = new FakeHospital();
    const [edge] = hospital.edges;
    if (edge === undefined) throw new Error("an edge");
    edge.before = (command) => {
      if (command === "lease vault") edge.flushed = true;
    };
    const report = await hospital.run();
    equal(report.result, "failed");
    const reasons = report.reasons.join("\n");
    match(reasons, /has lost jeda's tables in the middle of the window/);
    match(
      reasons,
      /were not isolated by edge for some time between \S+ and the end of the window: jeda's tables/,
    );
  });

  it("aborts when a service is past its tolerance, and says since when", async () => {
    const hospital = new FakeHospital();
    const downAt = hospital.clock.wallMs() + 8_000;
    hospital.serviceStatus = () => (hospital.clock.wallMs() < downAt ? 200 : 503);
    hospital.drivers = {
      records: { backup: () => new Promise(() => undefined) },
      "office-files": { backup: () => new Promise(() => undefined) },
    };
    const report = await hospital.run();
    equal(report.result, "aborted");
    match(
      report.reasons[0] ?? "",
      /medical-record has failed 4 probes in a row from clinical since 2017-05-15T00/,
    );
    const decided = hospital.recorder.entries.find((entry) => entry.type === "reason");
    const back = Date.parse(report.deadlines.reconnectedAt ?? "") - Date.parse(decided?.at ?? "");
    ok(back <= 5_000, `reconnected ${back} ms after the decision`);
    ok(!hospital.edges[0]?.holds("isolated_if"));
  });

  it("never takes a prober that can't be asked for a failed service", async () => {
    const hospital = new FakeHospital();
    hospital.unreachable.add("clinical");
    const report = await hospital.run();
    ok(!report.reasons.some((reason) => /medical-record has failed/.test(reason)), report.reasons.join());
    ok((report.services[0]?.unknown ?? 0) > 0);
    equal(report.services[0]?.failures, 0);
  });

  it("stops a backup that does not end by backupStop, verifies the others and is partial", async () => {
    const hospital = new FakeHospital();
    hospital.drivers = { "office-files": { backup: () => new Promise(() => undefined) } };
    const report = await hospital.run();
    equal(report.result, "partial");
    match(report.reasons.join(), /office-files was not saved: it was stopped: backupStop had come/);
    ok(report.sources.find((source) => source.name === "records")?.verified);
    ok((report.deadlines.kept.reconnectByMs ?? -1) > 0);
  });

  it("goes on with the other sources when one fails", async () => {
    const hospital = new FakeHospital();
    hospital.drivers = { records: { survey: () => Promise.reject(new Error("connection refused")) } };
    const report = await hospital.run();
    equal(report.result, "partial");
    match(report.reasons.join(), /records was not saved: connection refused/);
    ok(report.sources.find((source) => source.name === "office-files")?.verified);
  });

  it("is partial where one source is incomplete, names what is missing, and counts the rest", async () => {
    const hospital = new FakeHospital();
    const incomplete = ["a", "b", "c", "d"].map((path) => `${path}: permission denied`);
    const backup = async () => {
      hospital.snapshots = [...hospital.snapshots, "cccc3333"];
      return { snapshot: "cccc3333", bytes: 1, items: 3, findings: [], incomplete, detail: null };
    };
    hospital.drivers = { "office-files": { backup } };
    const report = await hospital.run();
    equal(report.result, "partial");
    match(
      report.reasons.join(),
      /^office-files is incomplete: a: permission denied; b: .*; c: .*; and 1 more in the report$/,
    );
    const source = report.sources.find(({ name }) => name === "office-files");
    deepEqual([source?.verified, source?.incomplete], [true, incomplete]);
    match(reportText(report), /Not saved of office-files:\n {2}- a: permission denied/);
  });

  it("goes by what the verification had to save again", async () => {
    const hospital = new FakeHospital();
    const again = { snapshot: "dddd4444", bytes: 5, items: 3, findings: ["3 files saved"], detail: null };
    const inspected: string[] = [];
    hospital.drivers = {
      "office-files": {
        verify: async () => {
          hospital.snapshots = [...hospital.snapshots, "dddd4444"];
          return { verified: true, findings: ["1 was saved again"], proof: NOT_PROVED, savedAgain: again };
        },
        anomalies: async (_, saved) => {
          inspected.push(saved.snapshot);
          return [];
        },
      },
    };
    const report = await hospital.run();
    equal(report.result, "ok");
    const source = report.sources.find(({ name }) => name === "office-files");
    deepEqual([source?.snapshot, source?.bytes, source?.verified], ["dddd4444", 5, true]);
    deepEqual(inspected, ["cccc3333", "dddd4444"]);
    ok((report.deadlines.kept.backupStopMs ?? -1) > 0);
  });

  it("has failed when nothing was saved", async () => {
    const hospital = new FakeHospital();
    const gone = { survey: () => Promise.reject(new Error("no route")) };
    hospital.drivers = { records: gone, "office-files": gone };
    const report = await hospital.run();
    equal(report.result, "failed");
    match(report.reasons.join(), /no source was saved and verified/);
  });
});

describe("a window whose runbook saves in several steps, or leaves something out", () => {
  const [preflight, isolate, prove, , verify] = plan.runbook.steps;
  if (preflight === undefined || isolate === undefined || prove === undefined || verify === undefined) {
    throw new Error("steps");
  }
  const backup = (...sources: string[]) => ({ kind: "backup", sources, parallel: 1 }) as const;
  const twice = [preflight, isolate, prove, backup("office-files"), backup("records"), verify];

  it("does each of the backups, and verifies what all of them saved", async () => {
    const hospital = new FakeHospital({ ...plan, runbook: { ...plan.runbook, steps: twice } });
    const report = await hospital.run();
    deepEqual(report.reasons, []);
    equal(report.result, "ok");
    const started = hospital.recorder.entries.flatMap((entry) =>
      entry.type === "source-started" ? [entry.source] : [],
    );
    deepEqual(started, ["office-files", "records"]);
    ok(report.sources.every(({ verified }) => verified));
  });

  it("leaves out what it says that it leaves out: a row, and no reason against it", async () => {
    const without = { sources: { records: "its replica is saved by day" } };
    const steps = [preflight, isolate, prove, backup("office-files"), verify];
    const report = await new FakeHospital({ ...plan, runbook: { ...plan.runbook, steps, without } }).run();
    deepEqual(report.reasons, []);
    deepEqual(report.leftOut, ["records is not saved: its replica is saved by day"]);
    equal(report.sources.find(({ name }) => name === "records")?.snapshot, null);
  });

  it("is at best partial without verification, and says whose word that was", async () => {
    const without = { verify: "read back on Sundays" };
    const steps = [preflight, isolate, prove, backup("office-files", "records")];
    const report = await new FakeHospital({ ...plan, runbook: { ...plan.runbook, steps, without } }).run();
    equal(report.result, "partial");
    deepEqual(report.leftOut, ["nothing is verified: read back on Sundays"]);
    match(report.reasons.join(), /not verified: the runbook leaves it out: read back on Sundays/);
  });
});
