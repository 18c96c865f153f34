/** What the edge's script refuses with, by the shells and tools that edges have. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import fc from "fast-check";

const answers = readFileSync(new URL("../../../src/firewall/edge/answers.sh", import.meta.url), "utf8");
const shells = [["dash"], ["bash", "--posix"], ["busybox", "sh"]] as const;
/** NUL parts the texts: no word of a shell can hold one. */
const script = `LC_ALL=C; export LC_ALL; tab=$(printf '\\t')
${answers}
exec 3>&1
for text; do (refuse test "$text") || :; done
`;

function refusals([shell, ...options]: readonly string[], texts: readonly string[]): unknown[] {
  const words = [...options, "-c", script, "sh", ...texts];
  const lines = execFileSync(shell ?? "", words, { stdio: ["ignore", "pipe", "inherit"] });
  return lines
    .toString("utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const awkward = fc.constantFrom(
  '"',
  "\\",
  "\t",
  "\n",
  "\r",
  "\u007f",
  "\u0001",
  "é",
  "🙂",
  "\u2028",
  "a",
  " ",
);
const text = fc.oneof(
  fc.string({ unit: awkward, maxLength: 60 }),
  // Whatever stands at the edge of the cut.
  fc
    .tuple(fc.integer({ min: 590, max: 601 }), fc.string({ unit: awkward, maxLength: 12 }))
    .map(([length, tail]) => "x".repeat(length) + tail),
);

describe("a refusal of the edge's script", () => {
  for (const shell of shells) {
    it(`is JSON whatever its text is, by ${shell.join(" ")}`, () => {
      fc.assert(
        fc.property(fc.array(text, { minLength: 1, maxLength: 12 }), (texts) => {
          const found = refusals(shell, texts);
          equal(found.length, texts.length);
        }),
        { numRuns: 5 },
      );
    }).timeout(60_000);

    it(`is cut before it is escaped, by ${shell.join(" ")}`, () => {
      const quoted = `${"x".repeat(599)}"and more`;
      const [cut, plain, long] = refusals(shell, [quoted, 'say "no" to C:\\', `${"é".repeat(299)}x🙂`]) as {
        message: string;
      }[];
      equal(cut?.message, `${"x".repeat(599)}"`);
      deepEqual(plain, { ok: false, code: "test", message: 'say "no" to C:\\' });
      ok(long?.message.startsWith("é".repeat(299)));
    });
  }
});
