import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { start } from "../../../src/backup/tools/command.ts";

describe("what a tool prints", () => {
  it("is kept when the tool has ended before anybody reads it", async () => {
    // More than a pipe holds would keep the tool from ending; this is a small dump, read by somebody who is busy.
    for (const bytes of [1, 4_096, 60_000]) {
      const child = start({ file: "sh", args: ["-c", `head -c ${bytes} /dev/zero`] });
      child.stdin.end();
      await new Promise((resolve) => setTimeout(resolve, 400));
      let read = 0;
      for await (const piece of child.stdout) read += (piece as Buffer).length;
      assert.equal(read, bytes);
      assert.equal((await child.ended).exitCode, 0);
    }
  });

  it("is not read beyond what is held: a slow reader slows the tool down", async () => {
    const child = start({ file: "sh", args: ["-c", "head -c 3000000 /dev/zero; echo done >&2"] });
    child.stdin.end();
    await sleep(400);
    assert.doesNotMatch(child.stderr(), /done/);
    let read = 0;
    for await (const piece of child.stdout) read += (piece as Buffer).length;
    assert.equal(read, 3_000_000);
    await child.ended;
  });

  it("ends when the tool is killed, and nobody need listen", async () => {
    const child = start({ file: "sleep", args: ["60"] });
    child.stdout.resume();
    child.kill("SIGKILL");
    const { exitCode } = await child.ended;
    assert.notEqual(exitCode, 0);
  });
});
