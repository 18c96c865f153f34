import assert from "node:assert/strict";
import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { instantsOf } from "../../../src/config/times/parse-times.ts";
import type { Days, MonthDay, Weekday } from "../../../src/model/recurrence.ts";
import { formatInstant } from "../../../src/schedule/format.ts";
import {
  blackoutOn,
  nextOccurrences,
  type Occurrence,
  type RecurringSchedule,
} from "../../../src/schedule/occurrences.ts";
import { occurrenceId } from "../../../src/schedule/window-id.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const zones = [
  "Asia/Jakarta",
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Africa/Casablanca",
];

const ms = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;

function rule(days: Days, at: string, changes: Partial<RecurringSchedule> = {}): RecurringSchedule {
  return {
    start: "recurring",
    recurrence: { days, at, clocks: {} },
    startCutoffMs: 15 * MINUTE,
    backupStopMs: 2 * HOUR,
    reconnectByMs: 3 * HOUR,
    ...changes,
  };
}

const told = (zone: string, { start, reconnectByMs, notRun }: Occurrence): string =>
  `${formatInstant(start, zone)} ${reconnectByMs / MINUTE} ${notRun ?? "runs"}`;

const weekly = (...on: Weekday[]): Days => ({ kind: "weekly", on });
const monthly = (...on: MonthDay[]): Days => ({ kind: "monthly", on });

describe("a recurring window", () => {
  it("comes on its days of the week, at its local time, over midnight", () => {
    const found = nextOccurrences(rule(weekly(7, 3), "23:30"), "Asia/Jakarta", ms("2026-11-22T16:29:59Z"), 3);
    assert.deepEqual(
      found.map((one) => told("Asia/Jakarta", one)),
      [
        "2026-11-22T23:30:00+07:00 180 runs",
        "2026-11-25T23:30:00+07:00 180 runs",
        "2026-11-29T23:30:00+07:00 180 runs",
      ],
    );
  });

  it("comes on days of the month, and skips the months that don't have the day", () => {
    const starts = (days: Days) =>
      nextOccurrences(rule(days, "01:00"), "Asia/Jakarta", ms("2026-01-01T12:00:00Z"), 4).map(({ start }) =>
        formatInstant(start, "Asia/Jakarta").slice(0, 10),
      );
    assert.deepEqual(starts(monthly(31)), ["2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31"]);
    assert.deepEqual(starts(monthly("last", 15)), ["2026-01-15", "2026-01-31", "2026-02-15", "2026-02-28"]);
    assert.deepEqual(starts(monthly({ which: 1, weekday: 7 })), [
      "2026-01-04",
      "2026-02-01",
      "2026-03-01",
      "2026-04-05",
    ]);
    assert.deepEqual(starts(monthly({ which: "last", weekday: 5 })).slice(0, 2), [
      "2026-01-30",
      "2026-02-27",
    ]);
  });

  it("starts right after a gap in which its start would lie", () => {
    const [night] = nextOccurrences(rule(weekly(7), "02:30"), "Europe/Berlin", ms("2026-03-28T12:00:00Z"), 1);
    assert.equal(told("Europe/Berlin", night as Occurrence), "2026-03-29T03:00:00+02:00 180 runs");
    assert.match(night?.clockChange ?? "", /forward over 02:30/);
  });

  it("starts the first time when its start comes twice", () => {
    const [night] = nextOccurrences(rule(weekly(7), "02:30"), "Europe/Berlin", ms("2026-10-24T12:00:00Z"), 1);
    assert.equal(told("Europe/Berlin", night as Occurrence), "2026-10-25T02:30:00+02:00 180 runs");
    assert.match(night?.clockChange ?? "", /comes twice/);
  });

  it("is back by the clock where clocks go forward, and after its usual length where they go back", () => {
    const clocks = { backupStop: "02:40", reconnectBy: "03:15" };
    const schedule = rule(weekly(7), "00:00", {
      recurrence: { days: weekly(7), at: "00:00", clocks },
      backupStopMs: 160 * MINUTE,
      reconnectByMs: 195 * MINUTE,
    });
    const on = (after: string) => nextOccurrences(schedule, "Europe/Berlin", ms(after), 1)[0];
    const forward = on("2026-03-28T12:00:00Z");
    assert.equal(
      formatInstant((forward?.start ?? 0) + (forward?.reconnectByMs ?? 0), "Europe/Berlin"),
      "2026-03-29T03:15:00+02:00",
    );
    assert.equal(forward?.reconnectByMs, 135 * MINUTE);
    assert.equal(forward?.backupStopMs, 120 * MINUTE);
    assert.match(forward?.clockChange ?? "", /back by 2026-03-29T03:15:00\+02:00/);
    const back = on("2026-10-24T12:00:00Z");
    assert.equal(back?.reconnectByMs, 195 * MINUTE);
    assert.equal(back?.clockChange, null);
  });

  it("is not run where the clocks leave no time between its deadlines", () => {
    const clocks = { backupStop: "02:30", reconnectBy: "03:00" };
    const schedule = rule(weekly(7), "01:00", {
      recurrence: { days: weekly(7), at: "01:00", clocks },
      backupStopMs: 90 * MINUTE,
      reconnectByMs: 120 * MINUTE,
    });
    const [night] = nextOccurrences(schedule, "Europe/Berlin", ms("2026-03-28T12:00:00Z"), 1);
    assert.match(night?.notRun ?? "", /clocks go forward/);
  });

  it("has no window on a day that its zone skips", () => {
    const found = nextOccurrences(
      rule({ kind: "daily" }, "01:00"),
      "Pacific/Apia",
      ms("2011-12-28T12:00:00Z"),
      3,
    );
    assert.deepEqual(
      found.map(({ start }) => formatInstant(start, "Pacific/Apia").slice(0, 10)),
      ["2011-12-29", "2011-12-31", "2012-01-01"],
    );
  });

  it("is not run when any part of it touches a blackout", () => {
    const blackouts = [
      { from: ms("2026-12-23T19:30:00Z"), to: ms("2027-01-01T17:00:00Z"), text: "2026-12-24..2027-01-01" },
    ];
    const found = nextOccurrences(
      rule({ kind: "daily" }, "00:00", { blackouts }),
      "Asia/Jakarta",
      ms("2026-12-22T00:00:00Z"),
      12,
    );
    const run = found
      .filter(({ notRun }) => notRun === null)
      .map(({ start }) => formatInstant(start, "Asia/Jakarta").slice(0, 10));
    // The window of the 24th begins before the blackout, and would end in it.
    assert.deepEqual(run, ["2026-12-23", "2027-01-02", "2027-01-03"]);
    assert.equal(found[1]?.notRun, "blackout 2026-12-24..2027-01-01");
  });
});

const pad = (number: number): string => String(number).padStart(2, "0");
const clock = fc.tuple(fc.nat(23), fc.nat(59)).map(([hour, minute]) => `${pad(hour)}:${pad(minute)}`);
const weekday = fc.integer({ min: 1, max: 7 }).map((day) => day as Weekday);
const days: fc.Arbitrary<Days> = fc.oneof(
  fc.constant<Days>({ kind: "daily" }),
  fc.uniqueArray(weekday, { minLength: 1 }).map((on): Days => ({ kind: "weekly", on })),
  fc
    .array(
      fc.oneof(
        fc.integer({ min: 1, max: 31 }),
        fc.constant("last" as const),
        fc.record({ which: fc.constantFrom(1, 2, 3, 4, "last"), weekday }),
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((on): Days => ({ kind: "monthly", on: on as MonthDay[] })),
);

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

const schedules = fc
  .record({
    days,
    at: clock,
    lengths: fc.uniqueArray(fc.integer({ min: 1, max: 22 * 60 }), { minLength: 3, maxLength: 3 }),
    byClock: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
    blackouts: fc.array(fc.tuple(fc.nat(800 * 24), fc.integer({ min: 1, max: 20 * 24 })), { maxLength: 3 }),
  })
  .map(({ days: on, at, lengths, byClock, blackouts }): RecurringSchedule => {
    const [cutoff = 0, stop = 0, back = 0] = lengths.toSorted((a, b) => a - b);
    const shown = (after: number) => {
      const minute = (minutesOf(at) + after) % (24 * 60);
      return `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;
    };
    const names = ["startCutoff", "backupStop", "reconnectBy"] as const;
    const after = [cutoff, stop, back];
    const clocks = Object.fromEntries(
      names.flatMap((name, index) => (byClock[index] ? [[name, shown(after[index] ?? 0)]] : [])),
    );
    return {
      start: "recurring",
      recurrence: { days: on, at, clocks },
      startCutoffMs: cutoff * MINUTE,
      backupStopMs: stop * MINUTE,
      reconnectByMs: back * MINUTE,
      blackouts: blackouts.map(([from, hours]) => ({
        from: ms("2011-06-01T00:00:00Z") + from * HOUR,
        to: ms("2011-06-01T00:00:00Z") + (from + hours) * HOUR,
        text: `${from}`,
      })),
    };
  });

describe("recurring windows in any zone", () => {
  // Two years that begin before Apia went over the date line; with every kind of change of these zones.
  const moments = fc.integer({ min: ms("2011-06-01T00:00:00Z"), max: ms("2026-12-31T00:00:00Z") });
  const cases = fc.record({ schedule: schedules, zone: fc.constantFrom(...zones), after: moments });

  it("start in order, on their days, at their time or right after the gap that swallowed it", () => {
    fc.assert(
      fc.property(cases, ({ schedule, zone, after }) => {
        let before = after;
        for (const { start } of nextOccurrences(schedule, zone, after, 20)) {
          assert.ok(start > before);
          before = start;
          const local = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(zone);
          const wanted = local.toPlainDate().toPlainDateTime(schedule.recurrence.at);
          if (local.toPlainDateTime().equals(wanted)) continue;
          const earlier = local.subtract({ milliseconds: 1 });
          assert.ok(Temporal.PlainDateTime.compare(earlier.toPlainDateTime(), wanted) < 0);
          assert.ok(Temporal.PlainDateTime.compare(wanted, local.toPlainDateTime()) < 0);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("are never longer than usual nor later than the clock says, and run only outside of blackouts", () => {
    fc.assert(
      fc.property(cases, ({ schedule, zone, after }) => {
        for (const one of nextOccurrences(schedule, zone, after, 20)) {
          assert.ok(one.startCutoffMs <= schedule.startCutoffMs);
          assert.ok(one.backupStopMs <= schedule.backupStopMs);
          assert.ok(one.reconnectByMs <= schedule.reconnectByMs);
          const end = one.start + one.reconnectByMs;
          const touched = blackoutOn(schedule.blackouts ?? [], one.start, end) !== undefined;
          if (one.notRun !== null) continue;
          assert.equal(touched, false);
          assert.ok(0 < one.startCutoffMs && one.startCutoffMs < one.backupStopMs);
          assert.ok(one.backupStopMs < one.reconnectByMs);
          const { reconnectBy } = schedule.recurrence.clocks;
          if (reconnectBy === undefined) {
            assert.equal(one.reconnectByMs, schedule.reconnectByMs);
            continue;
          }
          const begin = Temporal.Instant.fromEpochMilliseconds(one.start).toZonedDateTimeISO(zone);
          const shown = [0, 1]
            .flatMap((add) =>
              instantsOf(begin.toPlainDate().add({ days: add }).toPlainDateTime(reconnectBy), zone),
            )
            .filter((moment) => moment >= one.start);
          assert.ok(shown.every((moment) => moment >= end));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("are the same whenever they are asked for, and each has an id of its own that is a file's name", () => {
    const runbook = { name: "r", hash: "0123456789abcdef", steps: [], finally: [] };
    fc.assert(
      fc.property(cases, fc.nat(30), ({ schedule, zone, after }, days) => {
        const early = nextOccurrences(schedule, zone, after, 20);
        const later = after + days * 24 * HOUR;
        const seen = early.filter(({ start }) => start > later);
        assert.deepEqual(nextOccurrences(schedule, zone, later, seen.length), seen);
        const ids = early.map(({ start }) => occurrenceId({ id: "sun-0100-x-1", zone, runbook }, start));
        assert.equal(new Set(ids).size, ids.length);
        for (const id of ids) assert.match(id, /^[A-Za-z0-9+_-]{1,100}$/);
      }),
      { numRuns: 40 },
    );
  });

  it("leave out no day of theirs, but one that the zone skips", () => {
    fc.assert(
      fc.property(cases, ({ schedule, zone, after }) => {
        const daily = {
          ...schedule,
          recurrence: { ...schedule.recurrence, days: { kind: "daily" } as const },
        };
        const dates = nextOccurrences(daily, zone, after, 30).map(({ start }) =>
          Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(zone).toPlainDate(),
        );
        for (const [index, date] of dates.slice(1).entries()) {
          const gap = dates[index]?.until(date).days ?? 0;
          const skipped = gap === 2 && zone === "Pacific/Apia" && date.toString() === "2011-12-31";
          assert.ok(gap === 1 || skipped, `${dates[index]} ${date}`);
        }
      }),
      { numRuns: 40 },
    );
  });
});
