import { deepEqual, equal, ok } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { answerIn, FrameReader, framedCommand, lastObjectLine } from "../../../src/host/frame.ts";

const mark = "jeda-0123456789abcdef";
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));

function read(stream: Buffer, cuts: readonly number[]): FrameReader {
  const reader = new FrameReader(mark);
  let from = 0;
  for (const cut of [...cuts].map((share) => share % (stream.length + 1)).sort((a, b) => a - b)) {
    reader.push(stream.subarray(from, cut));
    from = cut;
  }
  reader.push(stream.subarray(from));
  return reader;
}

describe("an answer between marks", () => {
  it("is found among any bytes, however they arrive", () => {
    fc.assert(
      fc.property(
        bytes,
        bytes,
        bytes,
        fc.integer({ min: 0, max: 255 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (before, content, after, code, cuts) => {
          const stream = Buffer.concat([
            before,
            Buffer.from(`${mark} begin\n`),
            content,
            Buffer.from(`${mark} end ${code}.\n`),
            after,
          ]);
          const reader = read(stream, cuts);
          equal(reader.content, content.toString("utf8"));
          equal(reader.exitCode, code);
        },
      ),
    );
  });

  it("is none without its own mark, and is not whole before the second", () => {
    const other = read(Buffer.from("jeda-fedcba9876543210 begin\nx\njeda-fedcba9876543210 end 0.\n"), []);
    deepEqual([other.begun, other.exitCode, other.content], [false, null, ""]);
    ok(other.unframed.includes("x"));
    const half = read(Buffer.from(`hello ${mark} begin\nthe answ`), []);
    deepEqual([half.begun, half.exitCode], [true, null]);
    const echoed = read(Buffer.from(`${mark} begin\n${mark} end of it\n${mark} end 0.\n`), []);
    deepEqual([echoed.exitCode, echoed.content], [0, `${mark} end of it\n`]);
  });

  it("comes from a shell with its words, its input and its exit code as they were", () => {
    for (const shell of [
      ["bash", "-c"],
      ["dash", "-c"],
      ["busybox", "sh", "-c"],
    ]) {
      const words = [
        "sh",
        "-c",
        'printf "%s|" "$@"; cat; exit 7',
        "sh",
        "a b",
        "$(id)",
        "it's",
        "*",
        "",
        "é",
      ];
      const [program = "", ...rest] = shell;
      const script = `echo SELAMAT DATANG; printf half; ${framedCommand(mark, words)}; echo farewell`;
      const reader = read(execFileSync(program, [...rest, script], { input: "input\n", stdio: "pipe" }), []);
      deepEqual([reader.content, reader.exitCode], ["a b|$(id)|it's|*||é|input\n", 7], shell.join(" "));
    }
  });
});

describe("a line of JSON among others", () => {
  it("is the answer of a script, a refusal first", () => {
    deepEqual(answerIn('hello\ntick{"ok":true,"n":1}\r\nbye'), { ok: true, n: 1 });
    deepEqual(answerIn('{"ok":false,"code":"nft"}\n{"ok":true}\n'), { ok: false, code: "nft" });
    equal(answerIn('{"ok":true'), undefined);
    equal(lastObjectLine('{"a":1}\n{"b":2}\n{broken\nbye'), '{"b":2}');
    equal(lastObjectLine("nothing"), null);
  });
});
