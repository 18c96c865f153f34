import assert from "node:assert/strict";
import { assertRefused, edited, errorsOf, errorsWith, hospitalYaml, loadText } from "./hospital-yaml.ts";

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
  const cases: readonly (readonly [
    string,
    Parameters<typeof assertRefused>[0],
    Parameters<typeof assertRefused>[1],
  ])[] = [
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
      "overlapping prefixes, both named",
      [["10.30.0.0/24", "10.20.0.128/25"]],
      {
        message:
          /10\.20\.0\.128\/25 of segment guest overlaps 10\.20\.0\.0\/24 of segment office \(.*:6:\d+\)/,
        at: "10.20.0.128/25",
      },
    ],
    [
      "host bits in a prefix",
      [["10.30.0.0/24", "10.30.0.7/24"]],
      { message: /host bits/, hint: /10\.30\.0\.0\/24/, at: "10.30.0.7/24" },
    ],
    [
      "a prefix without a length",
      [["10.30.0.0/24", "10.30.0.7"]],
      { message: /has no length/, hint: /10\.30\.0\.7\/32/ },
    ],
    [
      "an interface of two segments",
      [["on: guest0", "on: adm1"]],
      { message: /interface adm1 of segment guest already leads to segment office/, at: "adm1, cidrs" },
    ],
    [
      "an interface of a segment and an uplink",
      [["on: wan0", "on: adm0"]],
      { message: /already leads to segment office/ },
    ],
    [
      "a clinical segment in the window",
      [["isolate: [office", "isolate: [clinical"]],
      { message: /clinical has the role clinical and can never be isolated/, at: "clinical, guest]" },
    ],
    [
      "a management segment in the window",
      [["isolate: [office", "isolate: [management"]],
      { message: /role management/ },
    ],
    ["the vault in the window", [["isolate: [office", "isolate: [vault"]], { message: /role vault/ }],
    [
      "a segment twice in the window",
      [["isolate: [office", "isolate: [guest"]],
      { message: /guest is written twice/ },
    ],
    [
      "nothing to isolate",
      [["isolate: [office, guest]", "isolate: []"]],
      { message: /isolate.*empty/, hint: /./ },
    ],
    [
      "a backup stop after the reconnection",
      [['"02:40"', '"03:10"']],
      {
        message: /backupStop \(3h 10m after the start\) is not before reconnectBy \(3h after/,
        at: '"03:10"',
      },
    ],
    [
      "a backup stop at the reconnection",
      [['"02:40"', '"03:00"']],
      { message: /backupStop .* is not before reconnectBy/ },
    ],
    [
      "a start cutoff after the backup stop",
      [['"00:15"', '"02:45"']],
      { message: /startCutoff .* is not before backupStop/, at: '"02:45"' },
    ],
    ["a start cutoff at the start", [['"00:15"', '"00:00"']], { message: /cutoff is the start itself/ }],
    [
      "a longer isolation than the site allows",
      [["maxIsolation: 4h", "maxIsolation: 2h50m"]],
      { message: /3h after the start, but the site isolates for at most 2h 50m/, at: '"03:00"' },
    ],
    [
      "an unknown zone",
      [["Asia/Jakarta", "Asia/Jakarte"]],
      { message: /"Asia\/Jakarte" is not a time zone/, hint: /Asia\/Jakarta/, at: "Asia/Jakarte" },
    ],
    ["an offset as a zone", [["Asia/Jakarta", '"+07:00"']], { message: /is not a time zone of the IANA/ }],
    [
      "a clock time when the start is arm",
      [
        ['"2017-05-15T00:00"', "arm"],
        ['"00:15"', "1m"],
        ['"02:40"', "2m"],
      ],
      { message: /"03:00": a window that starts when it is armed/, at: '"03:00"' },
    ],
    [
      "a date that is not in the calendar",
      [["2017-05-15T00:00", "2017-02-30T00:00"]],
      { message: /not a date and time of the calendar/ },
    ],
    [
      "an offset that the zone doesn't have then",
      [["2017-05-15T00:00", "2017-05-15T00:00+09:00"]],
      { message: /another offset/, hint: /2017-05-14T22:00:00\+07:00/ },
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
    [
      "a runbook that does not exist",
      [["runbook: isolate-backup-reconnect", "runbook: isolate-backup-reconect"]],
      {
        message: /runbooks\/isolate-backup-reconect.yaml does not exist/,
        hint: /"isolate-backup-reconnect"/,
        at: "isolate-backup-reconect",
      },
    ],
    [
      "a runbook outside the folder",
      [["runbook: isolate-backup-reconnect", "runbook: ../stacks/x"]],
      { message: /not a usable name/ },
    ],
    [
      "a backup host outside the vault",
      [["addresses: [10.50.0.10]", "addresses: [10.20.0.10]"]],
      { message: /10\.20\.0\.10 is not in the vault/, at: "10.20.0.10" },
    ],
    [
      "control from a segment of people",
      [["controlFrom: [10.40.0.10]", "controlFrom: [10.30.0.10]"]],
      { message: /10\.30\.0\.10 lies in the segment guest/ },
    ],
    [
      "no vault",
      [["role: vault", "role: management"]],
      { message: /exactly one segment must have the role vault; there are 0/ },
    ],
    [
      "a target inside a segment",
      [["203.0.113.10:80", "10.10.0.9:80"]],
      { message: /lies in the segment clinical, not beyond the uplink/ },
    ],
    [
      "a source that is neither kind",
      [["smb: //files.internal/office, ", ""]],
      { message: /does not say what it is/, hint: /smb/ },
    ],
    [
      "a share that is not one",
      [["//files.internal/office", "files.internal/office"]],
      { message: /is not a share/ },
    ],
    [
      "a source in no segment",
      [["from: office", "from: ofice"]],
      { message: /there is no segment "ofice"/, hint: /"office"/, at: "ofice" },
    ],
    [
      "a source whose address is elsewhere",
      [["host: simrs.internal", "host: 10.20.0.5"]],
      { message: /10\.20\.0\.5 is not in the segment clinical/ },
    ],
    [
      "credentials that do not exist",
      [["    files: {", "    fils: {"]],
      { message: /no credentials named "files"/, hint: /"fils".*config set --secret/ },
    ],
    [
      "a need that names nothing",
      [["needs: [internet]", "needs: [internt]"]],
      {
        message: /"internt" is neither a service, a segment nor an uplink/,
        hint: /"internet"/,
        at: "internt",
      },
    ],
    [
      "a service that needs itself",
      [["needs: [internet]", "needs: [record]"]],
      { message: /can't need itself/ },
    ],
    [
      "a probe of two kinds",
      [['{ http: "http://rm.internal/health" }', '{ http: "http://rm.internal/health", tcp: "a:1" }']],
      { message: /needs either http or tcp/ },
    ],
    [
      "records of a share",
      [
        [
          "      probe: {",
          '      records: { url: "http://a/", source: files, query: SELECT 1 }\n      probe: {',
        ],
      ],
      { message: /no mariadb source "files"/ },
    ],
    [
      "a query that changes something",
      [
        [
          "      probe: {",
          '      records: { url: "http://a/", source: records, query: "SELECT 1; DROP TABLE x" }\n      probe: {',
        ],
      ],
      { message: /not a single SELECT/ },
    ],
    ["YAML that is broken", [["jeda:edges:", "jeda:edges: ["]], { message: /not YAML/ }],
    [
      "a key twice",
      [["jeda:maxIsolation: 4h", "jeda:zone: Asia/Jakarta"]],
      { message: /not YAML: .*unique/ },
    ],
  ];
  for (const [what, edits, wanted] of cases) {
    it(what, () => assertRefused(edits, wanted));
  }

  it("overlapping IPv6 prefixes, each pair named", () => {
    const errors = errorsWith(["[10.30.0.0/24]", '["2001:db8::/32"]']);
    assert.equal(errors.length, 2);
    assert.match(
      errors[0]?.message ?? "",
      /2001:db8::\/32 of segment guest overlaps 2001:db8:10::\/64 of segment clinical/,
    );
    assert.match(
      errors[1]?.message ?? "",
      /2001:db8:50::\/64 of segment vault overlaps 2001:db8::\/32 of segment guest/,
    );
  });

  it("a file that is empty", () => {
    for (const error of errorsOf(() => loadText(""))) assert.ok(error.at !== undefined);
  });

  it("a configuration that is empty", () => {
    const messages = errorsOf(() => loadText("config: {}\n")).map((error) => error.message);
    assert.equal(messages.filter((message) => /missing/.test(message)).length, 9);
  });
});
