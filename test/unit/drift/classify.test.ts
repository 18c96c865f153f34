import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import {
  classify,
  exitCodes,
  type Looked,
  overall,
  type StackDrift,
  type WindowLookup,
  windowToCreate,
} from "../../../src/drift/classify.ts";
import { deployedStacks, notDeployed } from "../../../src/drift/deployed.ts";
import { parsePreview } from "../../../src/drift/preview-json.ts";
import { driftReport } from "../../../src/drift/report.ts";
import { driftText } from "../../../src/drift/text.ts";

const FIREWALL =
  "urn:pulumi:lab::jeda::jeda:hospital:Hospital$jeda:hospital:Edge$jeda:index:EdgeFirewall::edge";
const RUNNER =
  "urn:pulumi:lab::jeda::jeda:hospital:Hospital$jeda:hospital:BackupHost$jeda:index:Runner::backup";
const FOLLOW =
  "urn:pulumi:lab::jeda::jeda:hospital:Hospital$jeda:hospital:Window$command:local:Command::follow";

const ruleAdded = {
  op: "update",
  urn: FIREWALL,
  detailedDiff: { 'policy["forward/unmanaged-1"]': { kind: "delete", inputDiff: true } },
};
const warned = {
  urn: FIREWALL,
  severity: "warning",
  message: 'warning: drift: edge: inet jeda forward/unmanaged-1: a rule was added ("accept")\n',
};
const unreached = {
  urn: RUNNER,
  severity: "warning",
  message:
    "warning: Refreshed resource is in an unhealthy state:\n* backup could not be reached by SSH: No route to host\nTry it by hand: ssh backup.\nNothing was changed.\n",
};
const follow = { op: "create", urn: FOLLOW, newState: { inputs: { triggers: ["w-1"] } } };

function look(
  { steps = [], diagnostics = [] }: { steps?: readonly object[]; diagnostics?: readonly object[] },
  more: Partial<Looked> = {},
): StackDrift {
  const preview = parsePreview(
    JSON.stringify({ config: {}, steps, diagnostics, duration: 1, changeSummary: {} }),
  );
  assert.ok(preview);
  return classify({ stack: "lab", exitCode: steps.length > 0 ? 7 : 0, preview, stderr: "", ...more });
}
const texts = ({ findings }: StackDrift) => findings.map(({ kind, text }) => `${kind}: ${text}`);

describe("what a preview says about drift", () => {
  it("is clean when nothing changes, whatever is logged besides", () => {
    const info = { severity: "info", message: "Flow proof of the hospital\n" };
    const same = { op: "same", urn: FIREWALL };
    const refresh = { op: "refresh", urn: FIREWALL };
    const found = look({ diagnostics: [info] });
    assert.deepEqual(found, { stack: "lab", verdict: "clean", findings: [] });
    assert.deepEqual(look({ steps: [same, refresh] }, { exitCode: 0 }).verdict, "clean");
  });

  it("names the rule in one line, once", () => {
    const found = look({ steps: [ruleAdded], diagnostics: [warned, warned] });
    assert.equal(found.verdict, "drift");
    assert.deepEqual(texts(found), [
      'drift: edge: inet jeda forward/unmanaged-1: a rule was added ("accept")',
    ]);
  });

  it("tells what nobody has applied apart from what somebody changed", () => {
    const found = look({
      steps: [{ ...ruleAdded, urn: RUNNER, detailedDiff: { "files.runbook": { kind: "update" } } }],
    });
    assert.deepEqual(
      [found.verdict, texts(found)],
      ["drift", ["unapplied: declared and not applied: ~ files.runbook"]],
    );
    const component = { op: "create", urn: "urn:pulumi:lab::jeda::jeda:hospital:Hospital::Jeda" };
    assert.deepEqual(texts(look({ steps: [component] })), [
      "unapplied: declared and not applied: create: the whole resource",
    ]);
  });

  it("reports a host that could not be reached, and is not clean for it", () => {
    const healthless = { op: "update", urn: RUNNER, detailedDiff: {} };
    const found = look({ steps: [healthless], diagnostics: [unreached] });
    assert.equal(found.verdict, "unknown");
    assert.deepEqual(texts(found), [
      "unknown: not looked at: backup could not be reached by SSH: No route to host",
    ]);
    const both = look({ steps: [ruleAdded, healthless], diagnostics: [warned, unreached] });
    assert.equal(both.verdict, "drift", "what was seen is certain");
    assert.equal(both.findings.length, 2);
  });

  it("repeats the engine's own words when it could not preview", () => {
    const failed = classify({
      stack: "production",
      exitCode: 255,
      preview: null,
      stderr: "error: no stack named 'production' found\n",
    });
    assert.equal(failed.verdict, "unknown");
    assert.deepEqual(texts(failed), ["unknown: no stack named 'production' found"]);
    const error = { severity: "error", message: "error: Running program failed:\nno such runbook\n" };
    assert.deepEqual(texts(look({ diagnostics: [error] }, { exitCode: 1 })), [
      "unknown: Running program failed:; no such runbook",
    ]);
    assert.equal(parsePreview("error: no stack"), null);
    assert.equal(parsePreview('{"steps": 3}'), null);
  });

  const windows: readonly (readonly [string, WindowLookup | undefined, string, RegExp | null])[] = [
    ["ended badly", { id: "w-1", result: "failed", acknowledged: false }, "window", /acknowledge --id w-1/],
    [
      "ended badly and was acknowledged",
      { id: "w-1", result: "partial", acknowledged: true },
      "clean",
      /records it/,
    ],
    ["ended ok unseen", { id: "w-1", result: "ok", acknowledged: false }, "clean", /records it/],
    ["is in progress", { id: "w-1", result: null, acknowledged: false }, "clean", /in progress/],
    ["was never armed", null, "drift", /never armed/],
    [
      "can't be asked",
      { error: "backup could\nnot be reached" },
      "unknown",
      /could not be asked: backup could not be/,
    ],
    ["was not asked", undefined, "unknown", /nobody asked/],
  ];
  for (const [what, window, verdict, said] of windows) {
    it(`takes a window that ${what} for ${verdict}`, () => {
      const found = look({ steps: [follow] }, window === undefined ? {} : { window });
      assert.equal(found.verdict, verdict);
      assert.match(found.findings[0]?.text ?? "", said ?? /^$/);
    });
  }

  it("learns from the backup host that a night ended badly where nothing follows its windows", () => {
    const badEnds = [{ id: "daily-2", result: "failed" }];
    const found = look({}, { badEnds });
    assert.equal(found.verdict, "window");
    assert.equal(driftReport([found]).exitCode, 3);
    assert.deepEqual(texts(found), [
      "window: ended failed, and nobody has acknowledged it: jeda window acknowledge --id daily-2 --reason TEXT",
    ]);
    assert.equal(look({}, { badEnds: [] }).verdict, "clean");
    assert.equal(look({ steps: [ruleAdded], diagnostics: [warned] }, { badEnds }).verdict, "drift");
    const silent = look({}, { badEnds: { error: "backup could\nnot be reached" } });
    assert.equal(silent.verdict, "unknown");
    assert.match(texts(silent)[0] ?? "", /how its windows ended could not be asked: backup could not be/);
  });

  it("says of a window that is followed as well only once how it ended", () => {
    const window = { id: "w-1", result: "failed", acknowledged: false };
    const found = look({ steps: [follow] }, { window, badEnds: [{ id: "w-1", result: "failed" }] });
    assert.equal(found.findings.length, 1);
  });

  it("knows which window the commands belong to", () => {
    const parsed = parsePreview(JSON.stringify({ steps: [ruleAdded, follow] }));
    assert.ok(parsed);
    assert.equal(windowToCreate(parsed), "w-1");
  });

  it("gives drift the first word, then doubt, then a window that waits", () => {
    const of = (verdict: StackDrift["verdict"]): StackDrift => ({ stack: "s", verdict, findings: [] });
    assert.deepEqual(
      [
        overall([]),
        overall([of("clean"), of("window")]),
        overall([of("window"), of("unknown")]),
        overall([of("unknown"), of("drift"), of("window")]),
      ].map((verdict) => exitCodes[verdict]),
      [0, 3, 1, 7],
    );
  });

  it("prints JSON by its schema, and one line a finding for people", () => {
    const schema = JSON.parse(
      readFileSync(new URL("../../../schemas/drift.schema.json", import.meta.url), "utf8"),
    );
    const valid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
    const stacks = [
      look(
        { steps: [ruleAdded, follow], diagnostics: [warned, unreached] },
        { window: { error: "no\nway" } },
      ),
      look({}),
    ];
    const report = driftReport(stacks);
    assert.ok(valid(report), JSON.stringify(valid.errors));
    assert.equal(valid({ ...report, exitCode: 2 }), false);
    const lines = driftText(stacks).split("\n");
    assert.equal(lines.length, 2 + report.stacks.flatMap(({ findings }) => findings).length);
    assert.equal(lines.at(-1), "lab: as declared");
  });
});

describe("stacks that a backend never applied", () => {
  const clean: StackDrift = { stack: "lab", verdict: "clean", findings: [] };

  it("are read from pulumi's own list: an update once, by whichever name", () => {
    const listing = [
      { name: "lab", current: true, lastUpdate: "2017-05-14T17:00:00.000Z", resourceCount: 29 },
      { name: "organization/jeda/staging", lastUpdate: "2017-05-01T17:00:00.000Z" },
      { name: "production", current: false },
    ];
    assert.deepEqual([...(deployedStacks(JSON.stringify(listing)) ?? [])], ["lab", "staging"]);
    assert.equal(deployedStacks("error: no backend"), null);
  });

  it("are no drift beside one that was, and say so", () => {
    const report = driftReport([clean, notDeployed("production")]);
    assert.deepEqual([report.verdict, report.exitCode], ["clean", 0]);
    assert.match(driftText(report.stacks), /^production: not deployed$/m);
    assert.equal(driftReport([{ ...clean, verdict: "window" }, notDeployed("staging")]).exitCode, 3);
  });

  it("are a wrong backend when there is no other", () => {
    assert.equal(driftReport([notDeployed("staging"), notDeployed("production")]).exitCode, 1);
  });
});
