import assert from "node:assert/strict";
import { assertRefused, type Edit, edited, loadText, type Refusal, refuses } from "./hospital-yaml.ts";

const every = (text: string): Edit => ['start: "2017-05-15T00:00"', `every: ${text}`];
const sundays = every('{ weekly: [sunday, wednesday], at: "00:00" }');
const with_ = (line: string): Edit => ["isolate: [office, guest]", `isolate: [office, guest]\n    ${line}`];

const windowOf = (...edits: readonly Edit[]) => loadText(edited(...edits)).hospital.window;

describe("a recurring window as written", () => {
  it("has its usual lengths, and remembers what was written as a time of day", () => {
    const window = windowOf(sundays);
    assert.equal(window.start, "recurring");
    assert.deepEqual(window.recurrence, {
      days: { kind: "weekly", on: [3, 7] },
      at: "00:00",
      clocks: { startCutoff: "00:15", backupStop: "02:40", reconnectBy: "03:00" },
    });
    assert.equal(window.reconnectByMs, 3 * 3_600_000);
    assert.equal(window.follow, "return");
    assert.equal(windowOf(['"00:15"', "15m"]).follow, "follow");
  });

  it("counts times of day over midnight, and lengths as they are", () => {
    const window = windowOf(every('{ at: "23:50" }'), ['"02:40"', "2h"]);
    assert.deepEqual(
      [window.startCutoffMs, window.backupStopMs, window.reconnectByMs],
      [1_500_000, 7_200_000, 11_400_000],
    );
    assert.deepEqual(window.recurrence?.days, { kind: "daily" });
    assert.deepEqual(window.recurrence?.clocks, { startCutoff: "00:15", reconnectBy: "03:00" });
  });

  it("takes days of the month", () => {
    const on = (text: string) => windowOf(every(`{ monthly: ${text}, at: "00:00" }`)).recurrence?.days;
    assert.deepEqual(on("1"), { kind: "monthly", on: [1] });
    assert.deepEqual(on("[15, last, first sunday]"), {
      kind: "monthly",
      on: [15, "last", { which: 1, weekday: 7 }],
    });
  });

  it("knows its blackouts as moments of the zone, the last day included", () => {
    const { blackouts } = windowOf(
      sundays,
      with_(
        'blackouts: ["2026-12-24..2027-01-02", { from: "2027-03-05T18:00", to: "2027-03-08", why: accreditation }]',
      ),
    );
    assert.deepEqual(
      blackouts?.map(({ from, to, text }) => [
        new Date(from).toISOString(),
        new Date(to).toISOString(),
        text,
      ]),
      [
        ["2026-12-23T17:00:00.000Z", "2027-01-02T17:00:00.000Z", "2026-12-24..2027-01-02"],
        [
          "2027-03-05T11:00:00.000Z",
          "2027-03-08T17:00:00.000Z",
          "2027-03-05T18:00..2027-03-08 (accreditation)",
        ],
      ],
    );
  });

  it("is refused together with a start", () => {
    assertRefused([with_('every: { at: "01:00" }')], {
      message: /start and every are both written/,
      at: '"2017-05-15T00:00"',
    });
  });
});

describe("a recurring window is refused with", () => {
  refuses([
    [
      "neither start nor every",
      [['start: "2017-05-15T00:00"\n    ', ""]],
      { message: /neither start nor every/ },
    ],
    [
      "an unknown day",
      [every('{ weekly: [sundey], at: "01:00" }')],
      { message: /"sundey"/, hint: /"sunday"/, at: "sundey" },
    ],
    [
      "two rules",
      [every('{ weekly: sunday, monthly: 1, at: "01:00" }')],
      { message: /both weekly and monthly/ },
    ],
    ...(["startCutoff", "backupStop", "reconnectBy"] as const).map(
      (field): Refusal => [
        `a time of day with one digit in ${field}`,
        [sundays, [new RegExp(`${field}: "\\d\\d:\\d\\d"`), `${field}: "4:00"`]],
        { message: /"4:00" is not a time of day/, hint: /"HH:MM"/, at: '"4:00"' },
      ],
    ),
    ["no time", [every("{ weekly: [sunday] }")], { message: /expected a time of day/ }],
    [
      "a time that is none",
      [every('{ at: "25:00" }')],
      { message: /"25:00" is not a time of day/, at: '"25:00"' },
    ],
    [
      "a 32nd day",
      [every('{ monthly: 32, at: "01:00" }')],
      { message: /a day of the month, not 32/, at: "32" },
    ],
    [
      "an unknown day of the month",
      [every('{ monthly: fifth sunday, at: "01:00" }')],
      { message: /"fifth sunday" is not a day of a month/ },
    ],
    [
      "a window longer than the time to the next",
      [every('{ at: "00:00" }'), ['"03:00"', "23h"], ["maxIsolation: 4h", "maxIsolation: 24h"]],
      { message: /leaves no time before the next/, at: "23h" },
    ],
    [
      "a blackout that ends before it begins",
      [sundays, with_('blackouts: ["2026-12-24..2026-12-20"]')],
      { message: /ends before it begins/, at: '"2026-12-24..2026-12-20"' },
    ],
    [
      "a blackout on a day that is not in the calendar",
      [sundays, with_('blackouts: ["2026-02-30"]')],
      { message: /"2026-02-30" is not a date of the calendar/ },
    ],
    [
      "a single window in a blackout",
      [with_('blackouts: ["2017-05-15"]')],
      { message: /touches the blackout 2017-05-15/, at: '"2017-05-15T00:00"' },
    ],
    ["another way to follow", [with_("follow: later")], { message: /"later" is not what pulumi up does/ }],
  ]);
});
