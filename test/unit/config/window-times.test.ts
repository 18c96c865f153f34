import assert from "node:assert/strict";
import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { instantsOf, readOffset, readStart, readZone } from "../../../src/config/times/parse-times.ts";
import { Invalid } from "../../../src/config/yaml/invalid.ts";
import { formatClock, formatInstant } from "../../../src/schedule/format.ts";

const HOUR = 3_600_000;

const at = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;

const refusal = (act: () => unknown): Invalid => {
  try {
    act();
  } catch (error) {
    if (error instanceof Invalid) return error;
    throw error;
  }
  return assert.fail("nothing was refused");
};

describe("the start of a window", () => {
  it("is a local time of the zone", () => {
    assert.equal(readStart("2017-05-15T00:00", "Asia/Jakarta"), "2017-05-15T00:00:00+07:00");
    assert.equal(readStart("2017-05-15T00:00:30", "Asia/Jakarta"), "2017-05-15T00:00:30+07:00");
    assert.equal(readStart("arm", "Asia/Jakarta"), "arm");
  });

  it("is refused with an offset of another zone, saying what moment that is", () => {
    const error = refusal(() => readStart("2017-05-14T17:00Z", "Asia/Jakarta"));
    assert.match(error.message, /Asia\/Jakarta has another offset then/);
    assert.match(error.hint ?? "", /2017-05-15T00:00:00\+07:00/);
  });

  it("is refused where clocks go forward over it", () => {
    const error = refusal(() => readStart("2017-03-26T02:30", "Europe/Berlin"));
    assert.match(error.message, /2017-03-26T02:30 does not exist in Europe\/Berlin/);
    assert.match(error.hint ?? "", /forward by 1h .*2017-03-26T03:30:00\+02:00/);
  });

  it("is refused where clocks go back over it, unless its offset says which is meant", () => {
    const error = refusal(() => readStart("2017-10-29T02:30", "Europe/Berlin"));
    assert.match(error.message, /comes twice .*2017-10-29T02:30:00\+02:00 and 2017-10-29T02:30:00\+01:00/);
    assert.equal(readStart("2017-10-29T02:30+01:00", "Europe/Berlin"), "2017-10-29T02:30:00+01:00");
    assert.equal(readStart("2017-10-29T02:30+02:00", "Europe/Berlin"), "2017-10-29T02:30:00+02:00");
  });
});

describe("the times after the start", () => {
  it("are the first such clock times at or after it, over midnight", () => {
    const start = "2017-05-14T23:30:00+07:00";
    assert.equal(readOffset("23:45", start, "Asia/Jakarta"), 15 * 60_000);
    assert.equal(readOffset("02:40", start, "Asia/Jakarta"), 3 * HOUR + 10 * 60_000);
    assert.equal(readOffset("23:30", start, "Asia/Jakarta"), 0);
    assert.equal(readOffset("23:29", start, "Asia/Jakarta"), 24 * HOUR - 60_000);
  });

  it("are counted through a change of clocks", () => {
    const spring = readStart("2017-03-26T00:00", "Europe/Berlin");
    const autumn = readStart("2017-10-29T00:00", "Europe/Berlin");
    assert.equal(readOffset("04:00", spring, "Europe/Berlin"), 3 * HOUR);
    assert.equal(readOffset("04:00", autumn, "Europe/Berlin"), 5 * HOUR);
    assert.equal(readOffset("4h", spring, "Europe/Berlin"), 4 * HOUR);
  });

  it("are refused when they don't exist or come twice that night", () => {
    const spring = readStart("2017-03-26T00:00", "Europe/Berlin");
    const autumn = readStart("2017-10-29T00:00", "Europe/Berlin");
    assert.match(refusal(() => readOffset("02:30", spring, "Europe/Berlin")).message, /does not exist/);
    assert.match(refusal(() => readOffset("02:30", autumn, "Europe/Berlin")).message, /comes twice/);
    // A gap of another night is none of this window's business.
    assert.equal(
      readOffset("02:30", readStart("2017-03-26T04:00", "Europe/Berlin"), "Europe/Berlin"),
      22.5 * HOUR,
    );
  });

  it("take the second of two when the window starts between them", () => {
    const between = readStart("2017-10-29T02:45+02:00", "Europe/Berlin");
    assert.match(refusal(() => readOffset("02:50", between, "Europe/Berlin")).message, /comes twice/);
    assert.equal(readOffset("02:30", between, "Europe/Berlin"), 45 * 60_000);
  });

  it("are refused on a day that does not exist", () => {
    // Samoa went from 29 to 31 December 2011.
    const error = refusal(() => readOffset("00:30", "2011-12-29T23:00:00-10:00", "Pacific/Apia"));
    assert.match(error.message, /2011-12-30T00:30 does not exist/);
  });

  const zones = [
    "Asia/Jakarta",
    "Europe/Berlin",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Asia/Tehran",
  ];

  it("always show the clock time that was written, less than a day and an hour later", () => {
    const moment = fc.integer({ min: at("2005-01-01T00:00Z"), max: at("2024-12-31T00:00Z") });
    const clock = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }));
    let read = 0;
    fc.assert(
      fc.property(fc.constantFrom(...zones), moment, clock, (zone, ms, [hour, minute]) => {
        const from = Math.floor(ms / 60_000) * 60_000;
        const written = `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
        let offset: number;
        try {
          offset = readOffset(written, formatInstant(from, zone), zone);
        } catch (error) {
          assert.ok(error instanceof Invalid);
          return;
        }
        read++;
        const shown = Temporal.Instant.fromEpochMilliseconds(from + offset).toZonedDateTimeISO(zone);
        assert.equal(shown.toPlainTime().toString({ smallestUnit: "minute" }), written);
        assert.ok(offset >= 0 && offset < 26 * HOUR, `${offset / HOUR} h`);
      }),
      { numRuns: 500 },
    );
    assert.ok(read > 450);
  });

  it("agree, near a change of clocks, with looking at every minute", () => {
    const nights = [
      ["Europe/Berlin", "2017-03-26T00:00Z"],
      ["Europe/Berlin", "2017-10-29T00:00Z"],
      ["Australia/Lord_Howe", "2017-10-01T00:00Z"],
      ["Australia/Lord_Howe", "2017-04-01T14:00Z"],
      ["America/Sao_Paulo", "2017-10-15T02:00Z"],
      ["America/St_Johns", "2017-11-05T03:00Z"],
    ] as const;
    const minutes = fc.integer({ min: -300, max: 300 });
    const clock = fc.integer({ min: 0, max: 6 * 60 });
    fc.assert(
      fc.property(fc.constantFrom(...nights), minutes, clock, ([zone, night], shift, minuteOfDay) => {
        const from = at(night) + shift * 60_000;
        const [hour, minute] = [Math.floor(minuteOfDay / 60), minuteOfDay % 60];
        const written = `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
        const naive = firstByLooking(from, written, zone, night);
        try {
          assert.equal(readOffset(written, formatInstant(from, zone), zone), naive - from);
        } catch (error) {
          if (!(error instanceof Invalid)) throw error;
          // Refused for a reason: the time is in a gap that day, or comes again within the same day.
          const local = Temporal.Instant.fromEpochMilliseconds(naive)
            .toZonedDateTimeISO(zone)
            .toPlainDateTime();
          const skipped = [-1, 0].some((days) => instantsOf(local.add({ days }), zone).length === 0);
          assert.ok(skipped || instantsOf(local, zone).length === 2, error.message);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("the zone", () => {
  it("is one of the IANA database, in its usual spelling", () => {
    assert.equal(readZone("asia/jakarta"), "Asia/Jakarta");
    assert.equal(readZone("UTC"), "UTC");
    assert.match(refusal(() => readZone("WIB")).message, /"WIB" is not a time zone/);
    assert.match(refusal(() => readZone("Asia/Jakata")).hint ?? "", /Asia\/Jakarta/);
    refusal(() => readZone("+07:00"));
    refusal(() => readZone(""));
  });
});

/** What a clock on the wall shows, minute by minute: the slow way, worked out once for each night. */
const wallClocks = new Map<string, readonly string[]>();
const MARGIN = 300 * 60_000;

function wallClock(zone: string, night: string): readonly string[] {
  const known = wallClocks.get(night + zone);
  if (known !== undefined) return known;
  const clock = Array.from({ length: 60 * 60 }, (_, minute) =>
    formatClock(at(night) - MARGIN + minute * 60_000, zone).slice(0, 5),
  );
  wallClocks.set(night + zone, clock);
  return clock;
}

function firstByLooking(from: number, written: string, zone: string, night: string): number {
  const first = at(night) - MARGIN;
  const minute = wallClock(zone, night).indexOf(written, (from - first) / 60_000);
  assert.ok(minute >= 0, "not within the hours looked at");
  return first + minute * 60_000;
}
