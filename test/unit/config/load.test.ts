import assert from "node:assert/strict";
import { edited, errorsOf, errorsWith, hospitalYaml, loadText, refuses } from "./hospital-yaml.ts";

describe("a stack's configuration", () => {
  it("becomes the hospital", () => {
    const { hospital, runbook, warnings } = loadText(hospitalYaml);
    assert.deepEqual(warnings, []);
    assert.equal(runbook.name, "isolate-backup-reconnect");
    assert.deepEqual(hospital.window, {
      start: "2017-05-15T00:00:00+07:00",
      startCutoffMs: 15 * 60_000,
      backupStopMs: 160 * 60_000,
      reconnectByMs: 180 * 60_000,
      isolate: ["office", "guest"],
      runbook: "isolate-backup-reconnect",
      attempt: 1,
      lease: "window",
      follow: "follow",
    });
    assert.deepEqual(hospital.segments[1], {
      name: "office",
      role: "administrative",
      interfaces: ["adm0", "adm1"],
      cidrs: ["10.20.0.0/24"],
      probePoint: "desk",
    });
    assert.deepEqual(hospital.edges[0]?.ssh, { read: "edge", window: "edge", policy: "edge" });
    assert.deepEqual(hospital.backupHost.repository, { path: "/srv/repo", credentials: "repository" });
    assert.deepEqual(
      hospital.sources.map(({ name, credentials, order }) => [name, credentials, order]),
      [
        ["records", "records", 0],
        ["files", "files", 1],
      ],
    );
    assert.deepEqual(hospital.services[0]?.needs, [{ kind: "uplink", uplink: "internet" }]);
    assert.deepEqual(hospital.lateral, { mode: "observe", allow: [] });
  });

  it("holds nothing secret", () => {
    assert.doesNotMatch(JSON.stringify(loadText(hospitalYaml).hospital), /v1:|secure/);
  });

  it("makes the prefixes of a segment disjoint", () => {
    const { hospital } = loadText(edited(["cidrs: 10.20.0.0/24", "cidrs: [10.20.0.0/25, 10.20.0.0/24]"]));
    assert.deepEqual(hospital.segments[1]?.cidrs, ["10.20.0.0/24"]);
  });

  it("tells every error at once, in every key", () => {
    const errors = errorsWith(
      ["jeda:zone: Asia/Jakarta", "jeda:zone: Asia/Semarang"],
      ["maxIsolation: 4h", "maxIsolation: soon"],
      ["ssh: edge\n", "ssh: -oProxyCommand=sh\n"],
      ["from: office", "from: offices"],
    );
    assert.equal(errors.length, 4);
    for (const error of errors) assert.ok(error.at !== undefined && error.hint !== undefined, error.message);
  });

  it("warns where nobody can ask, without refusing", () => {
    const { warnings } = loadText(edited([", probePoint: ward", ""], [", probePoint: lobby", ""]));
    assert.equal(warnings.length, 2);
    assert.match(warnings[0]?.message ?? "", /nobody there can ask whether record answers/);
    assert.match(warnings[1]?.message ?? "", /isolation can't be proved from inside/);
  });
});

describe("a stack is refused with", () => {
  refuses([
    [
      "an unknown field",
      [["probePoint: ward", "probePint: ward"]],
      { message: /unknown field "probePint" in a segment/, hint: /"probePoint"/, at: "probePint" },
    ],
    [
      "an unknown field that is inherited by objects",
      [["probePoint: ward", "constructor: ward"]],
      { message: /unknown field "constructor"/, at: "constructor" },
    ],
    [
      "an unknown key",
      [["jeda:maxIsolation: 4h", "jeda:maxIsolation: 4h\n  jeda:winow: {}"]],
      { message: /jeda:winow: unknown key/, hint: /"window"/, at: "jeda:winow" },
    ],
    [
      "a missing key",
      [["  jeda:maxIsolation: 4h\n", ""]],
      { message: /jeda:maxIsolation: missing/, hint: /docs\/configuration/ },
    ],
    [
      "a missing field",
      [["on: clin0, ", ""]],
      { message: /segments\[0\] \(clinical\) on: missing/, at: "{ name: clinical" },
    ],
    [
      "an unknown role",
      [["role: guest", "role: guests"]],
      { message: /"guests" is not a role/, hint: /"guest"/, at: "guests" },
    ],
    [
      "a name twice",
      [
        ["name: guest", "name: office"],
        [", guest]", "]"],
      ],
      { message: /"office" is already the name of a segment \(stacks\/Pulumi.test.yaml:6:15\)/ },
    ],
    [
      "a name of two kinds",
      [
        ["name: internet", "name: clinical"],
        ["needs: [internet]", "needs: []"],
      ],
      { message: /"clinical" is already the name of a segment, service or uplink/ },
    ],
    [
      "a bare date",
      [['"2017-05-15T00:00"', "2017-05-15"]],
      { message: /date without quotes/, hint: /with quotes/, at: "2017-05-15" },
    ],
    [
      "a bare timestamp",
      [['"2017-05-15T00:00"', "2017-05-15T00:00:00+07:00"]],
      { message: /date without quotes/ },
    ],
    [
      "a number that YAML readers disagree on",
      [["jeda:maxIsolation: 4h", "jeda:maxIsolation: 010"]],
      { message: /understand differently/, at: "010" },
    ],
    ["YAML that is broken", [["jeda:edges:", "jeda:edges: ["]], { message: /not YAML/ }],
    [
      "a key twice",
      [["jeda:maxIsolation: 4h", "jeda:zone: Asia/Jakarta"]],
      { message: /"jeda:zone" is there twice/, hint: /take one of them out/ },
    ],
  ]);

  it("a file that is empty", () => {
    for (const error of errorsOf(() => loadText(""))) assert.ok(error.at !== undefined);
  });

  it("a configuration that is empty", () => {
    const messages = errorsOf(() => loadText("config: {}\n")).map((error) => error.message);
    assert.equal(messages.filter((message) => /missing/.test(message)).length, 9);
  });
});
