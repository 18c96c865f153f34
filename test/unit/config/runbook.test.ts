import assert from "node:assert/strict";
import { parseRunbook, readRunbook } from "../../../src/config/runbook.ts";
import { batchesOf, leftOut } from "../../../src/model/runbook-order.ts";
import { errorsOf, projectDir } from "./hospital-yaml.ts";

const FILE = "runbooks/test.yaml";
const good = `steps:
  - preflight
  - isolate
  - prove: isolated
  - backup: { sources: all, parallel: 2 }
  - verify: { read: 5%, restore: { sample: 200 files }, databases: load }
finally:
  - shut-and-reconnect
  - prove: connected
  - report
`;

const parse = (text: string) => parseRunbook("test", FILE, text);

function refused(from: string, to: string) {
  const text = good.replace(from, to);
  assert.notEqual(text, good);
  const errors = errorsOf(() => parse(text));
  assert.equal(errors.length, 1, errors.map((error) => error.message).join("\n"));
  const [error] = errors;
  assert.ok(error?.at !== undefined && error.hint !== undefined);
  assert.equal(error.at.file, FILE);
  return { message: error.message, hint: error.hint, line: error.at.line };
}

describe("a runbook", () => {
  it("becomes steps", () => {
    const { steps, finally: last } = parse(good);
    assert.deepEqual(steps, [
      { kind: "preflight" },
      { kind: "isolate" },
      { kind: "prove", state: "isolated" },
      { kind: "backup", sources: "all", parallel: 2 },
      { kind: "verify", readPercent: 5, sampleFiles: 200, databases: "load" },
    ]);
    assert.deepEqual(last, [
      { kind: "shut-and-reconnect" },
      { kind: "prove", state: "connected" },
      { kind: "report" },
    ]);
  });

  it("has a hash of its meaning, not of its text", () => {
    const { hash } = parse(good);
    assert.match(hash, /^[0-9a-f]{64}$/);
    const retyped = good
      .replace("{ sources: all, parallel: 2 }", '{ "parallel": 2, # two at once\n      sources: all }')
      .replace("5%", '"5.0 %"');
    assert.equal(parse(retyped).hash, hash);
    assert.notEqual(parse(good.replace("200 files", "201 files")).hash, hash);
    assert.notEqual(parse(`${good}without: { sources: { scans: saved by day } }\n`).hash, hash);
  });

  it("may name its sources, which then must exist", () => {
    const text = good.replace("sources: all", "sources: [records, fils]");
    const errors = errorsOf(() => parseRunbook("test", FILE, text, ["records", "files"]));
    assert.deepEqual(
      errors.map(({ message, hint, at }) => [message, hint, at?.line, at?.column]),
      [
        ['steps[3].backup.sources[1]: "fils" is not a source', 'did you mean "files"?', 5, 34],
        [
          "steps: no backup saves the source files",
          'name it in a backup, or write "without: { sources: { files: REASON } }" beside steps',
          2,
          3,
        ],
      ],
    );
  });

  it("may save its sources in several backups, one after another, and leave some out by a word and a reason", () => {
    const two = "- backup: { sources: [a, b], parallel: 2 }\n  - backup: { sources: [c] }";
    const text = `${good.replace("- backup: { sources: all, parallel: 2 }", two)}without:\n  sources: { d: saved by day }\n`;
    const runbook = parseRunbook("test", FILE, text, ["a", "b", "c", "d"]);
    assert.deepEqual(
      batchesOf(
        runbook,
        ["a", "b", "c", "d"].map((name) => ({ name })),
      ),
      [
        { step: 3, names: ["a", "b"], parallel: 2 },
        { step: 4, names: ["c"], parallel: 1 },
      ],
    );
    assert.deepEqual(leftOut(runbook), ["d is not saved: saved by day"]);
    const all = parseRunbook("test", FILE, `${good}without: { sources: { d: by day } }\n`, ["a", "d"]);
    assert.deepEqual(batchesOf(all, [{ name: "a" }, { name: "d" }])[0]?.names, ["a"]);
  });

  it("may go without verification when that is written, which is a row of preview and report", () => {
    const text = good.replace(/ {2}- verify.*\n/, "");
    const runbook = parse(`${text}without: { verify: read back on Sundays }\n`);
    assert.deepEqual(leftOut(runbook), ["nothing is verified: read back on Sundays"]);
    assert.deepEqual(leftOut(parse(good.replace("databases: load", "databases: skip"))), [
      "dumps of databases are not loaded: verify has databases: skip",
    ]);
  });

  it("that is shipped can be read", () => {
    const { name, steps } = readRunbook("isolate-backup-reconnect", projectDir);
    assert.equal(name, "isolate-backup-reconnect");
    assert.deepEqual(
      steps.map((step) => step.kind),
      ["preflight", "isolate", "prove", "backup", "verify"],
    );
  });
});

describe("a runbook is refused with", () => {
  it("a step that does not exist, listing those that do", () => {
    const { message, hint, line } = refused("- isolate\n", "- isolat\n");
    assert.equal(message, 'steps[1]: there is no step "isolat"');
    assert.match(
      hint,
      /"isolate"\? known: preflight, isolate, prove, backup, verify, shut-and-reconnect, report/,
    );
    assert.equal(line, 3);
  });

  it("a step with options that does not exist", () => {
    assert.match(refused("- prove: isolated", "- probe: isolated").message, /there is no step "probe"/);
    assert.match(refused("- prove: isolated", "- constructor: isolated").message, /no step "constructor"/);
  });

  it("a step without the options it needs", () => {
    assert.match(refused("- prove: isolated", "- prove").hint, /prove: isolated/);
    assert.match(refused("- backup: { sources: all, parallel: 2 }", "- backup").hint, /sources: all/);
  });

  it("options where none are taken", () => {
    assert.match(refused("- isolate\n", "- isolate: { hard: true }\n").message, /isolate takes no options/);
  });

  it("an unknown option", () => {
    const { message, hint } = refused("parallel: 2", "paralel: 2");
    assert.match(message, /unknown field "paralel" in the step backup/);
    assert.match(hint, /"parallel"/);
  });

  it("values that mean nothing", () => {
    assert.match(refused("5%", "101%").message, /"101%" is not a percentage/);
    assert.match(refused("5%", "0%").message, /"0%" is not a percentage/);
    assert.match(refused("200 files", "200").message, /expected a number of files, not 200/);
    assert.match(refused("200 files", "0 files").message, /is not a number of files/);
    assert.match(refused("databases: load", "databases: loads").hint, /"load"/);
    assert.match(refused("parallel: 2", "parallel: 0").message, /not 0/);
    assert.match(refused("prove: isolated", "prove: isolatd").hint, /"isolated"/);
  });

  it("nothing checked first", () => {
    assert.match(refused("  - preflight\n", "").message, /preflight must be the first step/);
  });

  it("a backup before isolation", () => {
    const { message, line } = refused("  - isolate\n  - prove: isolated\n", "");
    assert.match(message, /backup before isolate/);
    assert.equal(line, 3);
  });

  it("a backup before the isolation is proved", () => {
    const { message, hint, line } = refused("  - prove: isolated\n", "");
    assert.equal(message, "steps[2]: backup before prove: isolated");
    assert.match(hint, /the vault opens only on a proved isolation/);
    assert.equal(line, 4);
    const backup = "  - backup: { sources: all, parallel: 2 }\n";
    const behind = refused(`  - prove: isolated\n${backup}`, `${backup}  - prove: isolated\n`);
    assert.match(behind.message, /backup before prove: isolated/);
  });

  it("steps in an order that makes no sense", () => {
    const verify = "  - verify: { read: 5%, restore: { sample: 200 files }, databases: load }\n";
    const list = "{ sources: all, parallel: 2 }";
    const cases = [
      [
        "- isolate\n  - prove: isolated\n",
        "- prove: isolated\n  - isolate\n",
        /prove: isolated before isolate/,
      ],
      ["- prove: isolated\n", "- prove: isolated\n  - prove: isolated\n", /prove: isolated is there twice/],
      [verify, verify + verify, /verify is there twice/],
      [verify, `${verify}  - preflight\n`, /preflight is there twice/],
      [verify, "", /what is backed up is not verified/],
      [
        `- backup: ${list}\n${verify}`,
        `- backup: { sources: [a] }\n${verify}  - backup: { sources: [b] }\n`,
        /backup after verify/,
      ],
      [
        `- backup: ${list}`,
        "- backup: { sources: [a] }\n  - backup: { sources: [b, a] }",
        /a is saved twice/,
      ],
      [
        `- backup: ${list}`,
        `- backup: { sources: [a] }\n  - backup: ${list}`,
        /all sources are saved here, and some/,
      ],
      ["finally:", "without: { verify: why }\nfinally:", /verify is a step, and left out as well/],
      ["sources: all", "sources: [constructor, constructor]", /constructor is saved twice/],
      ["  - prove: connected\n", "", /prove: connected is missing/],
      ["  - report\n", "", /report is missing/],
      ["  - report\n", "  - report\n  - report\n", /report is there twice/],
    ] as const;
    for (const [from, to, expected] of cases) assert.match(refused(from, to).message, expected);
  });

  it("a source that no step names and no word leaves out, or that is both saved and left out", () => {
    const refusedWith = (text: string) =>
      errorsOf(() => parseRunbook("test", FILE, text, ["a", "b"])).map(({ message, at }) => {
        return `${at?.line}:${at?.column} ${message}`;
      });
    const some = good.replace("sources: all", "sources: [a]");
    assert.deepEqual(refusedWith(some), ["2:3 steps: no backup saves the source b"]);
    assert.deepEqual(refusedWith(`${some}without: { sources: { b: why, c: why } }\n`), [
      '11:31 without.sources.c: "c" is not a source',
    ]);
    assert.match(
      refusedWith(`${some}without: { sources: { a: why, b: why } }\n`).join(),
      /a is saved, and left out/,
    );
    assert.match(refusedWith(`${some}without: { sources: { b: "" } }\n`).join(), /is empty/);
    assert.match(
      refusedWith(`${good}without: { sources: { a: why, b: why } }\n`).join(),
      /every source is left out, and a backup is a step/,
    );
    assert.match(refusedWith(`${some}without: { sources: [b] }\n`).join(), /as a map of fields/);
  });

  it("a verification before a backup", () => {
    assert.match(refused("  - backup: { sources: all, parallel: 2 }\n", "").message, /verify before backup/);
  });

  it("isolation twice", () => {
    assert.match(refused("- isolate\n", "- isolate\n  - isolate\n").message, /isolate is there twice/);
  });

  it("a reconnection that is not on every path", () => {
    assert.match(
      refused("finally:\n", "  - shut-and-reconnect\nfinally:\n").message,
      /belongs under finally/,
    );
  });

  it("a finally that begins with something else", () => {
    const { message, hint, line } = refused(
      "  - shut-and-reconnect\n  - prove: connected\n",
      "  - prove: connected\n",
    );
    assert.match(message, /finally must begin with shut-and-reconnect/);
    assert.match(hint, /nothing may hold up/);
    assert.equal(line, 8);
  });

  it("no finally at all", () => {
    assert.match(refused(good.slice(good.indexOf("finally:")), "").message, /finally: missing/);
  });

  it("a backup in finally", () => {
    assert.match(refused("  - report\n", "  - isolate\n").message, /isolate can't stand here/);
  });
});
