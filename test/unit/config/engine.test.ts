/** What a Pulumi program receives: text and JSON, with secrets in clear and no positions. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadFromEngine, loadFromStackFile } from "../../../src/config/load.ts";
import { parseStackFile } from "../../../src/config/stack-file.ts";
import { errorText } from "../../../src/errors/error-text.ts";
import { JedaErrors } from "../../../src/model/errors.ts";
import { type Edit, edited, errorsOf, FILE, hospitalYaml, loadText, projectDir } from "./hospital-yaml.ts";

const SECRET = "hunter2-in-clear";

/** As the engine does: single values as text, the rest as JSON, ciphertext decrypted. */
function wire(text: string): Record<string, string> {
  const clear = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(clear);
    if (typeof value !== "object" || value === null) return value;
    if ("secure" in value) return SECRET;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, clear(one)]));
  };
  const { config } = parseStackFile(FILE, text);
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      const plain = clear(value);
      return [`jeda:${key}`, typeof plain === "object" ? JSON.stringify(plain) : String(plain)];
    }),
  );
}

describe("configuration from the engine", () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), "jeda-config-"));
    mkdirSync(join(dir, "stacks"));
    symlinkSync(join(projectDir, "runbooks"), join(dir, "runbooks"));
    writeFileSync(join(dir, FILE), hospitalYaml);
  });
  after(() => rmSync(dir, { recursive: true }));

  const load = (config: Record<string, string>, secretKeys = ["jeda:credentials"], stack = "test") =>
    loadFromEngine({ config, secretKeys, stack, projectDir: dir });
  const arrived = (...edits: readonly Edit[]) => wire(edits.length === 0 ? hospitalYaml : edited(...edits));

  it("gives the hospital that the file describes", () => {
    const { hospital, positions } = load({ ...arrived(), "aws:region": "x" });
    assert.deepEqual(hospital, loadText(hospitalYaml).hospital);
    assert.deepEqual(hospital, loadFromStackFile("test", dir).hospital);
    assert.deepEqual(hospital, loadFromStackFile("organization/jeda/test", dir).hospital);
    assert.deepEqual(hospital, loadFromStackFile("stacks/Pulumi.test.yaml", dir).hospital);
    assert.deepEqual(positions.at(["zone"]), { file: FILE, line: 3, column: 14 });
  });

  it("has positions where the file says the same, and none where it was overridden", () => {
    const config = arrived(
      ["Asia/Jakarta", "Asia/Semarang"],
      ["jeda:maxIsolation: 4h", "jeda:maxIsolation: 4 hours"],
    );
    const [zone, most] = errorsOf(() => load(config));
    assert.match(most?.message ?? "", /Asia\/Semarang/);
    assert.match(zone?.message ?? "", /"4 hours" is not a duration/);
    assert.deepEqual([zone?.at, most?.at], [undefined, undefined]);
    writeFileSync(join(dir, "stacks/Pulumi.other.yaml"), edited(["Asia/Jakarta", "Asia/Semarang"]));
    const [placed] = errorsOf(() =>
      load(arrived(["Asia/Jakarta", "Asia/Semarang"]), ["jeda:credentials"], "other"),
    );
    assert.deepEqual(placed?.at, { file: "stacks/Pulumi.other.yaml", line: 3, column: 14 });
  });

  it("needs no file", () => {
    assert.equal(load(arrived(), ["jeda:credentials"], "elsewhere").hospital.name, "Test hospital");
    const [error] = errorsOf(() =>
      load(arrived(["jeda:zone: Asia/Jakarta", "jeda:zone: X"]), [], "elsewhere"),
    );
    assert.equal(error?.at, undefined);
  });

  it("refuses a model key that is secret, without a word of its value", () => {
    const secrets = ["jeda:credentials", "jeda:sources", "jeda:hospital"];
    const config = arrived(
      ["jeda:hospital: Test hospital", `jeda:hospital: ${SECRET}`],
      ["role: guest", "rol: guest"],
    );
    const errors = errorsOf(() => load(config, secrets));
    assert.deepEqual(
      errors.map((error) => error.message.replace(/:? has .*/, "")),
      ["jeda:hospital", "jeda:sources"],
    );
    assert.doesNotMatch(errorText(new JedaErrors(errors), { baseDir: dir }), new RegExp(SECRET));
  });

  it("refuses credentials that are not secret", () => {
    assert.match(errorsOf(() => load(arrived(), []))[0]?.message ?? "", /credentials: is not secret/);
  });

  it("never shows a credential, however wrong its shape is", () => {
    const shapes: readonly unknown[] = [
      SECRET,
      [SECRET],
      { repository: SECRET, records: [SECRET], files: { pass: SECRET } },
      {
        repository: { password: "" },
        records: { password: 5, user: SECRET },
        files: { user: { a: SECRET } },
      },
      { x: { password: SECRET, user: 7 } },
    ];
    for (const shape of shapes) {
      const text = typeof shape === "string" ? shape : JSON.stringify(shape);
      const errors = errorsOf(() => load({ ...arrived(), "jeda:credentials": text }));
      assert.ok(errors.length > 0);
      assert.doesNotMatch(errorText(new JedaErrors(errors), { baseDir: dir }), new RegExp(SECRET), text);
    }
  });

  it("refuses a file where a password stands in clear, without printing the line", () => {
    const text = edited([
      /repository: \{ password: \{ secure: "v1:a:b" \} \}/,
      `repository: { password: ${SECRET} }`,
    ]);
    writeFileSync(join(dir, "stacks/Pulumi.clear.yaml"), text);
    const errors = errorsOf(() => loadFromStackFile("clear", dir));
    assert.match(errors[0]?.message ?? "", /password stands in clear/);
    assert.deepEqual(errors[0]?.at?.line, text.slice(0, text.indexOf(SECRET)).split("\n").length);
    assert.doesNotMatch(errorText(new JedaErrors(errors), { baseDir: dir }), new RegExp(SECRET));
  });

  it("refuses a date that the engine has already turned into something else, by the file", () => {
    writeFileSync(join(dir, "stacks/Pulumi.date.yaml"), edited(['"2017-05-15T00:00"', "2017-05-15"]));
    const config = arrived(['"2017-05-15T00:00"', '"2017-05-15 00:00:00 +0000 UTC"']);
    const errors = errorsOf(() => load(config, ["jeda:credentials"], "date"));
    assert.equal(errors.length, 1);
    assert.match(errors[0]?.message ?? "", /2017-05-15: a date without quotes/);
    assert.ok(errors[0]?.at !== undefined);
  });

  it("names the stacks there are when one isn't", () => {
    const [error] = errorsOf(() => loadFromStackFile("lab", join(projectDir, "src")));
    assert.match(error?.message ?? "", /there is no stack file stacks\/Pulumi.lab.yaml/);
    assert.throws(
      () => loadFromStackFile("../../etc/x y", projectDir),
      /is not the name of a stack|no stack file/,
    );
    const [absent] = errorsOf(() => loadFromStackFile("labb", projectDir));
    assert.match(absent?.hint ?? "", /did you mean "lab"/);
    const [unlike] = errorsOf(() => loadFromStackFile("melati", projectDir));
    assert.match(unlike?.hint ?? "", /lab.*production.*staging/);
  });
});

describe("the stacks that are shipped", () => {
  for (const stack of ["lab", "staging", "production"]) {
    it(`${stack} can be read, with nothing to warn of`, () => {
      assert.deepEqual(loadFromStackFile(stack, projectDir).warnings, []);
    });
  }

  it("hold the night of 15 May 2017", () => {
    const { hospital } = loadFromStackFile("production", projectDir);
    const { start, reconnectByMs, backupStopMs } = hospital.window;
    assert.deepEqual(
      [start, backupStopMs, reconnectByMs],
      ["2017-05-15T00:00:00+07:00", 9_600_000, 10_800_000],
    );
    assert.ok(hospital.promotion?.override !== undefined);
  });
});
