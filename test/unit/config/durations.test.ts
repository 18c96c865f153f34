import assert from "node:assert/strict";
import fc from "fast-check";
import { parseClockTime, parseDuration } from "../../../src/config/schema/durations.ts";
import { Invalid } from "../../../src/config/yaml/invalid.ts";

describe("durations", () => {
  it("are read in both notations", () => {
    const written: Record<string, number> = {
      "250ms": 250,
      "90s": 90_000,
      "3h": 10_800_000,
      "2h30m": 9_000_000,
      "1h30s": 3_630_000,
      "1m5ms": 60_005,
      "14d": 1_209_600_000,
      "0s": 0,
      PT2H30M: 9_000_000,
      P1D: 86_400_000,
      P1DT1H: 90_000_000,
      "PT1.5S": 1500,
      "PT0,025S": 25,
    };
    for (const [text, ms] of Object.entries(written)) assert.equal(parseDuration(text), ms, text);
  });

  it("are refused when they could mean something else", () => {
    const refused = [
      "",
      " ",
      "5",
      "5 m",
      "m",
      "PT",
      "P",
      "P1DT",
      "P1M",
      "P1W",
      "-5m",
      "1.5h",
      "30m2h",
      "1H",
      "99999999h",
    ];
    for (const text of refused) assert.throws(() => parseDuration(text), Invalid, text);
  });

  it("written like a time of day are told apart from one", () => {
    for (const [text, long] of [
      ["04:00", "4h"],
      ["2:40", "2h40m"],
      ["00:30", "30m"],
      ["01:00:05", "1h5s"],
    ] as const) {
      assert.throws(
        () => parseDuration(text),
        (error) =>
          error instanceof Invalid &&
          error.hint === `"HH:MM" is a time of day; write how long it lasts, like "${long}"`,
      );
    }
  });

  it("mean the same in both notations", () => {
    const part = fc.integer({ min: 0, max: 99 });
    fc.assert(
      fc.property(part, part, part, part, (days, hours, minutes, seconds) => {
        const short = parseDuration(`${days}d${hours}h${minutes}m${seconds}s`);
        assert.equal(short, parseDuration(`P${days}DT${hours}H${minutes}M${seconds}S`));
        assert.equal(short, ((days * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1000);
      }),
    );
  });

  it("never become anything but whole milliseconds, whatever was written", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[PTDHMSdhms0-9.,]{0,12}$/), (text) => {
        try {
          const ms = parseDuration(text);
          assert.ok(Number.isSafeInteger(ms) && ms >= 0);
        } catch (error) {
          assert.ok(error instanceof Invalid);
        }
      }),
    );
  });
});

describe("clock times", () => {
  it("are hours and minutes of a day", () => {
    assert.deepEqual(parseClockTime("00:15"), { hour: 0, minute: 15 });
    assert.deepEqual(parseClockTime("23:59"), { hour: 23, minute: 59 });
    for (const text of ["24:00", "2:40", "02:60", "02:40:00", "0240"]) {
      assert.throws(() => parseClockTime(text), Invalid, text);
    }
  });
});
