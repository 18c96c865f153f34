/** Whatever is written, the answer is a hospital or a list of errors for people: never a crash. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { parseRunbook } from "../../../src/config/runbook.ts";
import { errorText } from "../../../src/errors/error-text.ts";
import { JedaErrors } from "../../../src/model/errors.ts";
import { hospitalYaml, loadText } from "./hospital-yaml.ts";

const runbookYaml = `steps:
  - preflight
  - isolate
  - prove: isolated
  - backup: { sources: all, parallel: 2 }
  - verify: { read: 5%, restore: { sample: 200 files }, databases: load }
finally: [shut-and-reconnect, { prove: connected }, report]
`;

type Path = readonly (string | number)[];

/** Every place in a document, its root last. */
function places(value: unknown, at: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [at];
  return [
    ...Object.entries(value).flatMap(([key, one]) =>
      places(one, [...at, Array.isArray(value) ? Number(key) : key]),
    ),
    at,
  ];
}

const oddText = fc.constantFrom(
  "",
  " ",
  "-",
  "0",
  "//",
  "a/b",
  "::/0",
  "0.0.0.0/0",
  "arm",
  "00:00",
  "5%",
  "-oX",
  "__proto__",
  "\u0000",
  "🏥",
  "4:00",
  "1ms",
  "36525d",
  "::ffff:10.10.0.0/120",
  "224.0.0.0/4",
  "lo",
  "adm0:1",
  "edge:2222",
  "127.0.0.1",
  "http://0x7f.1/",
  "SELECT SLEEP(9999)",
  "$(id)",
  "k".repeat(100_000),
);
const odd = fc.oneof(
  oddText,
  fc.string({ maxLength: 12 }),
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    1e300,
    [],
    {},
    [null],
    [[]],
    { name: "clinical" },
    { __proto: 1 },
  ),
);

function replaced(value: unknown, [step, ...rest]: Path, by: unknown): unknown {
  if (step === undefined) return by;
  if (Array.isArray(value))
    return value.map((one, index) => (index === step ? replaced(one, rest, by) : one));
  const map = value as Record<string, unknown>;
  return { ...map, [step]: replaced(map[step], rest, by) };
}

function assertAnswered(load: () => unknown): "read" | "refused" {
  try {
    load();
    return "read";
  } catch (error) {
    if (!(error instanceof JedaErrors)) throw error;
    assert.ok(error.errors.length > 0);
    for (const one of error.errors) {
      assert.equal(one.code, "CONFIG");
      assert.ok(one.at !== undefined, `no position: ${one.message}`);
      assert.ok(one.hint !== undefined, `no hint: ${one.message}`);
    }
    assert.match(errorText(error), /nothing was changed$/);
    return "refused";
  }
}

const documents: readonly (readonly [string, string, (text: string) => unknown])[] = [
  ["stack", hospitalYaml, loadText],
  ["runbook", runbookYaml, (text) => parseRunbook("odd", "runbooks/odd.yaml", text)],
];

describe("any value at any place", () => {
  for (const [what, yaml, load] of documents) {
    it(`of a ${what} is read, or refused with a place and what to do`, () => {
      const content: unknown = parse(yaml);
      const count = { read: 0, refused: 0 };
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.constantFrom(...places(content)), odd), { minLength: 0, maxLength: 2 }),
          (edits) => {
            const after = edits.reduce((document, [path, value]) => {
              return places(document).some((place) => place.join() === path.join())
                ? replaced(document, path, value)
                : document;
            }, content);
            count[assertAnswered(() => load(stringify(after)))]++;
          },
        ),
        { numRuns: 100 },
      );
      assert.ok(count.refused > 30 && count.read > 0, JSON.stringify(count));
    });
  }
});
