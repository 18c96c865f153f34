import assert from "node:assert/strict";
import fc from "fast-check";
import { LineSplitter } from "../../../toolchain/command-provider/lines.ts";
import { exitText, quoted, startText } from "../../../toolchain/command-provider/words.ts";

describe("the command provider's words", () => {
  it("quotes as Go's %q does", () => {
    assert.equal(quoted('echo "a\\b"\n\té\u0007\u001b\u007f'), '"echo \\"a\\\\b\\"\\n\\té\\a\\x1b\\x7f"');
  });

  it("names exit statuses, signals and programs that can't start", () => {
    assert.equal(exitText(0, null), null);
    assert.equal(exitText(7, null), "exit status 7");
    assert.equal(exitText(null, "SIGKILL"), "signal: killed");
    const missing = Object.assign(new Error("spawn x ENOENT"), { code: "ENOENT" });
    assert.equal(startText(missing, "/bin/x", undefined), "fork/exec /bin/x: no such file or directory");
    assert.equal(startText(missing, "/bin/sh", "gone"), "chdir gone: no such file or directory");
  });

  it("finds the same lines however the bytes arrive", () => {
    const line = fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\r\n]/g, ""));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.integer({ min: 1, max: 7 })), (lines, sizes) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(""));
        const told: string[] = [];
        const splitter = new LineSplitter((text) => told.push(text));
        let start = 0;
        for (let turn = 0; start < bytes.length; turn++) {
          const size = sizes[turn % Math.max(1, sizes.length)] ?? 3;
          splitter.write(bytes.subarray(start, start + size));
          start += size;
        }
        splitter.end();
        assert.deepEqual(told, lines);
      }),
    );
  });
});
