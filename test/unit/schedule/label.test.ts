import assert from "node:assert/strict";
import { essentials } from "../../../src/resources/window.ts";
import { probeLabel, span, windowLabel } from "../../../src/schedule/label.ts";

const night = { startCutoffMs: 0, backupStopMs: 0, reconnectByMs: 3 * 3_600_000 };

describe("labels of the preview", () => {
  it("give a window's times in the hospital's zone", () => {
    const schedule = { ...night, start: "2017-05-15T00:00:00+07:00" };
    assert.equal(windowLabel({ zone: "Asia/Jakarta", schedule }), "2017-05-15 00:00–03:00 Asia/Jakarta");
  });

  it("name the day of the end when it is another", () => {
    const schedule = { ...night, start: "2017-05-14T23:30:00+07:00" };
    assert.equal(
      windowLabel({ zone: "Asia/Jakarta", schedule }),
      "2017-05-14 23:30–2017-05-15 02:30 Asia/Jakarta",
    );
  });

  it("count a change of clocks", () => {
    const schedule = { ...night, start: "2025-03-30T00:30:00+01:00" };
    assert.equal(windowLabel({ zone: "Europe/Berlin", schedule }), "2025-03-30 00:30–04:30 Europe/Berlin");
  });

  it("say how long a window lasts that starts when it is armed", () => {
    const schedule = { ...night, start: "arm", reconnectByMs: 180_000 };
    assert.equal(windowLabel({ zone: "Asia/Jakarta", schedule }), "for at most 3 min after it is armed");
  });

  it("write spans and probes as people say them", () => {
    assert.equal(span(9_600_000), "2 h 40 min");
    assert.equal(span(0), "0 s");
    assert.equal(
      probeLabel({ target: { kind: "tcp", host: "db", port: 3306 }, everyMs: 2_000, tolerate: 3 }),
      "tcp db:3306 every 2 s, 3 failures in a row tolerated",
    );
  });
});

describe("the follower's essentials", () => {
  it("are its last line", () => {
    assert.deepEqual(essentials('isolated\n{"other":1}\n{"result":"ok"}\n'), { result: "ok" });
  });

  it("are unknown where the last line is for people", () => {
    for (const stdout of ["", "the end\n", "null\n"])
      assert.deepEqual(essentials(stdout), { result: "unknown" });
  });
});
