import assert from "node:assert/strict";
import fc from "fast-check";
import { parseDuration } from "../../../src/config/schema/durations.ts";
import { deadlinesOf, formatClock, formatDuration, formatInstant } from "../../../src/schedule/format.ts";

const offsets = { startCutoffMs: 900_000, backupStopMs: 9_600_000, reconnectByMs: 10_800_000 };

describe("the deadlines of a window", () => {
  it("count from its start, whenever it was armed", () => {
    const schedule = { start: "2017-05-15T00:00:00+07:00", ...offsets };
    const deadlines = deadlinesOf(schedule, 12_345);
    assert.equal(formatInstant(deadlines.start, "Asia/Jakarta"), "2017-05-15T00:00:00+07:00");
    assert.equal(formatInstant(deadlines.startCutoff, "Asia/Jakarta"), "2017-05-15T00:15:00+07:00");
    assert.equal(formatInstant(deadlines.backupStop, "Asia/Jakarta"), "2017-05-15T02:40:00+07:00");
    assert.equal(formatInstant(deadlines.reconnectBy, "Asia/Jakarta"), "2017-05-15T03:00:00+07:00");
  });

  it("count from the moment of arming when the start is arm", () => {
    const deadlines = deadlinesOf({ start: "arm", ...offsets }, 1_000_000);
    assert.deepEqual(deadlines, {
      start: 1_000_000,
      startCutoff: 1_900_000,
      backupStop: 10_600_000,
      reconnectBy: 11_800_000,
    });
  });

  it("never come from a start without an offset", () => {
    assert.throws(() => deadlinesOf({ start: "2017-05-15T00:00", ...offsets }, 0), RangeError);
  });
});

describe("moments", () => {
  it("carry the offset that the zone has then", () => {
    const spring = Date.UTC(2017, 2, 26, 1);
    assert.equal(formatInstant(spring - 1, "Europe/Berlin"), "2017-03-26T01:59:59.999+01:00");
    assert.equal(formatInstant(spring, "Europe/Berlin"), "2017-03-26T03:00:00+02:00");
    assert.equal(formatInstant(0, "UTC"), "1970-01-01T00:00:00+00:00");
    assert.equal(formatClock(spring, "Asia/Jakarta"), "08:00:00");
  });

  it("are the same moment when read again", () => {
    const zones = fc.constantFrom("Asia/Jakarta", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe");
    const moments = fc.integer({ min: Date.UTC(1975, 0), max: Date.UTC(2100, 0) });
    fc.assert(
      fc.property(moments, zones, (ms, zone) => assert.equal(Date.parse(formatInstant(ms, zone)), ms)),
    );
  });
});

describe("lengths", () => {
  it("are written for people", () => {
    const written: readonly (readonly [number, string])[] = [
      [0, "0s"],
      [250, "250ms"],
      [999.6, "1s"],
      [45_000, "45s"],
      [59_600, "1m"],
      [90_000, "1m 30s"],
      [9_600_000, "2h 40m"],
      [90_000_000, "1d 1h"],
      [-3000, "-3s"],
    ];
    for (const [ms, text] of written) assert.equal(formatDuration(ms), text);
  });

  it("can be read back, to the second", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), (seconds) => {
        assert.equal(parseDuration(formatDuration(seconds * 1000).replaceAll(" ", "")), seconds * 1000);
      }),
    );
  });
});
