import assert from "node:assert/strict";
import { windowId } from "../../../src/schedule/window-id.ts";
import { makePlan } from "../../../src/window/plan/make-plan.ts";
import { edited, hospitalYaml, loadText } from "../config/hospital-yaml.ts";

const { hospital, runbook } = loadText(hospitalYaml);
const at = (start: string, zone = "Asia/Jakarta", attempt = 1) =>
  windowId(
    { zone, window: { ...hospital.window, start, attempt } },
    { ...runbook, hash: "0123456789abcdef" },
  );

describe("the id of a window", () => {
  it("says start, zone, runbook and attempt", () => {
    assert.equal(at("2017-05-15T00:00:00+07:00"), "2017-05-15T0000-asia-jakarta-01234567-1");
    assert.equal(at("2017-05-15T00:00:30+07:00"), "2017-05-15T000030-asia-jakarta-01234567-1");
    assert.equal(at("arm", "Etc/GMT+5", 12), "arm-etc-gmt+5-01234567-12");
  });

  it("tells the two apart where clocks go back", () => {
    const first = at("2017-10-29T02:30:00+02:00", "Europe/Berlin");
    const second = at("2017-10-29T02:30:00+01:00", "Europe/Berlin");
    assert.equal(first, "2017-10-29T0230+0200-europe-berlin-01234567-1");
    assert.notEqual(first, second);
  });

  it("is a file name in every zone", () => {
    for (const zone of Intl.supportedValuesOf("timeZone")) {
      assert.match(at("2017-05-15T00:00:00Z", zone), /^[A-Za-z0-9+_-]{1,100}$/);
    }
  });
});

describe("the plan of a window", () => {
  it("is made of the model", () => {
    const plan = makePlan(hospital, runbook, { hazards: ["lateral"], promotionOverride: "replay" });
    assert.deepEqual(
      plan.segments.filter((segment) => segment.isolate).map((segment) => segment.name),
      ["office", "guest"],
    );
    assert.deepEqual(plan.edges, [
      {
        name: "edge",
        ssh: "edge",
        targets: ["203.0.113.10:80"],
        uplinks: ["wan0"],
        beyond: [{ name: "internet", interface: "wan0", targets: ["203.0.113.10:80"] }],
      },
    ]);
    assert.equal(plan.schedule.start, "2017-05-15T00:00:00+07:00");
    assert.deepEqual(plan.hazards, ["lateral"]);
    assert.equal(plan.promotionOverride, "replay");
  });

  it("is the same for the same hospital, and plain JSON", () => {
    const plan = makePlan(hospital, runbook);
    assert.deepEqual(makePlan(loadText(hospitalYaml).hospital, runbook), plan);
    assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
  });

  it("orders sources by value", () => {
    const { hospital: reordered } = loadText(edited(["from: clinical }", "from: clinical, order: 5 }"]));
    const names = makePlan(reordered, runbook).sources.map((source) => source.name);
    assert.deepEqual(names, ["files", "records"]);
  });
});
