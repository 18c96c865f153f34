import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JedaError } from "../../../src/model/errors.ts";
import { setBrokenAside } from "../../../src/window/journal/broken-journal.ts";
import { openJournal } from "../../../src/window/journal/journal-writer.ts";
import { fold } from "../../../src/window/journal/status-from-journal.ts";
import { mayHold } from "../../../src/window/leases/lease-may-be-live.ts";
import { buildReport } from "../../../src/window/report/build.ts";
import { armAnew } from "../../../src/window/runner/arming/arm-window.ts";
import { brokenWindow, everyWindow } from "../../../src/window/runner/store/broken-windows.ts";
import type { Asked, RunnerContext } from "../../../src/window/runner/store/context.ts";
import { places, windowPlaces } from "../../../src/window/runner/store/paths.ts";
import { chosenWindow } from "../../../src/window/runner/store/select-window.ts";
import { FakeHospital } from "./fakes/hospital.ts";
import { plan } from "./fakes/plan.ts";

describe("a journal with a broken chain", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "jeda-broken-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** A window that is under way, its line `line` changed by hand. */
  function tampered(line: number): { path: string; hospital: FakeHospital } {
    const path = join(directory, "journal.jsonl");
    const journal = openJournal(path);
    const hospital = new FakeHospital(plan, journal);
    hospital.recorder.enter("preflight");
    hospital.recorder.enter("isolating");
    hospital.recorder.enter("isolated");
    journal.close();
    const lines = readFileSync(path, "utf8").split("\n");
    lines[line - 1] = (lines[line - 1] ?? "").replace('"state":"', '"state":"x');
    writeFileSync(path, lines.join("\n"));
    return { path, hospital };
  }

  it("is kept, and the window only ended: every edge released, the result failed", async () => {
    const { path, hospital } = tampered(3);
    await hospital.edges[0]?.lease({
      bootId: "edge-boot",
      fence: 7,
      deadlineBootMs: hospital.edges[0].bootMs + 90_000,
      elements: [{ set: "isolated_if", value: "admi0" }],
    });
    const aside = setBrokenAside(path, hospital.clock.wallMs());
    equal(aside?.line, 3);
    ok(readdirSync(directory).includes(aside?.kept ?? ""));
    const journal = openJournal(path);
    equal(journal.entries.length, 2);
    const next = new FakeHospital(plan, journal, hospital);
    next.recorder.record({ type: "broken", line: 3, kept: aside?.kept ?? "" });
    const report = await next.run();
    equal(report.result, "failed");
    match(report.reasons[0] ?? "", /journal was damaged from line 3 on/);
    ok(!hospital.edges[0]?.holds("isolated_if"));
    equal(hospital.edges[0]?.calls.filter((call) => call === "lease").length, 1, "only the test's own");
    journal.close();
  });

  it("is kept however late it is found, and left alone when all is well or its first line is broken", () => {
    const { path, hospital } = tampered(1);
    writeFileSync(path, readFileSync(path, "utf8").replace("RS Uji", "RS Lain"));
    const now = hospital.clock.wallMs();
    equal(setBrokenAside(path, now), null);
    rmSync(path);
    const late = tampered(4);
    equal(setBrokenAside(late.path, now + 30 * 86_400_000)?.line, 4);
    equal(setBrokenAside(late.path, now), null, "what is left is whole");
  });

  it("says behind a window's end that it was damaged there, and changes nothing of the result", async () => {
    const path = join(directory, "journal.jsonl");
    const journal = openJournal(path);
    const { result } = await new FakeHospital(plan, journal).run();
    equal(result, "ok");
    journal.append({ type: "acknowledged", by: "dewi", reason: "seen" }, "2017-05-15T03:00:00.000+07:00");
    journal.close();
    writeFileSync(path, readFileSync(path, "utf8").replace('"by":"dewi"', '"by":"budi"'));
    const aside = setBrokenAside(path, 0);
    const again = openJournal(path);
    again.append(
      { type: "broken", line: aside?.line ?? 0, kept: aside?.kept ?? "" },
      "2017-05-16T03:00:00.000+07:00",
    );
    const status = fold(again.entries);
    again.close();
    equal(buildReport(status).result, "ok");
    equal(status.acknowledged, null);
    match(status.notes.at(-1) ?? "", /damaged behind the window's end, from line \d+ on/);
  });

  it("is ended at once while its leases may live, and later only where no other window is under way", () => {
    const { path, hospital } = tampered(4);
    setBrokenAside(path, 0);
    const journal = openJournal(path);
    journal.append({ type: "broken", line: 4, kept: "x" }, "2017-05-15T00:00:01.000+07:00");
    const { clock, deadlines } = hospital;
    const status = fold(journal.entries);
    const maxIsolationMs = 4 * 3_600_000;
    const seen = { status: { ...status, plan: { ...plan, maxIsolationMs } }, entries: journal.entries };
    const whole = { ...seen, entries: seen.entries.slice(0, -1) };
    journal.close();
    const at = (wallMs: number) => {
      clock.jumpWall(wallMs - clock.wallMs());
      // A runner of another boot: only the wall clock tells.
      return { ...clock, bootId: "another", wallMs: () => wallMs };
    };
    const latest = deadlines.start + maxIsolationMs;
    equal(mayHold(seen, at(deadlines.start)), true);
    equal(mayHold(seen, at(latest)), true, "behind the break it may have been extended");
    equal(mayHold(whole, at(latest)), false);
    equal(mayHold(seen, at(latest + 3_600_000)), false);
    equal(mayHold(seen, at(deadlines.start - 3_600_000)), false);
  });

  describe("in the way of", () => {
    let id: string;
    const context = (asked: Asked = {}): RunnerContext => ({
      places: places({ JEDA_STATE: directory, JEDA_CREDENTIALS: join(directory, "credentials.json") }),
      version: "test",
      asked,
      print: () => undefined,
      stdin: async () => "",
    });
    const own = () => windowPlaces(context().places, id);
    /** The journal of the window, broken from its line `line` on. */
    const put = (line: number): void => {
      const { path } = tampered(Math.max(3, line));
      const text = readFileSync(path, "utf8");
      rmSync(path);
      id = plan.id;
      mkdirSync(own().directory, { recursive: true });
      writeFileSync(own().journal, line === 1 ? text.replace("RS Uji", "RS Lain") : text);
      writeFileSync(join(directory, "credentials.json"), JSON.stringify(names));
    };
    const names = Object.fromEntries(
      [plan.backupHost.repository, ...plan.sources].map(({ credentials }) => [credentials, {}]),
    );
    const armAt = (start: string): void =>
      armAnew(context(), { ...plan, id: "next", schedule: { ...plan.schedule, start } }, "test");

    it("another window that it may overlap with: refused, with the way out", () => {
      put(4);
      const { start } = brokenWindow(context().places, id)?.status.planned ?? { start: 0 };
      throws(
        () => armAt(new Date(start + plan.maxIsolationMs - 1_000).toISOString()),
        (error: JedaError) => {
          equal(error.code, "LOCKED");
          match(error.message, /whose journal is broken from line 4 on, may overlap with next/);
          match(error.hint ?? "", /a runner was started that releases every edge.*then arm again/);
          return true;
        },
      );
    });

    it("an operator who ends it: it is found by what stands before the break", () => {
      put(4);
      equal(chosenWindow(context()).id, id);
      equal(chosenWindow(context({ window: id })).status.state, "preflight");
    });

    it("nobody, when not even its first line can be trusted: every error says how to go on", () => {
      put(1);
      const { endable, hopeless } = everyWindow(context().places);
      deepEqual([endable.length, [...hopeless.keys()]], [0, [id]]);
      throws(
        () => chosenWindow(context()),
        (error: JedaError) => {
          // Whoever asks from elsewhere releases the edges without this host on anything but REFUSED.
          equal(error.code, "DRIFT");
          match(error.hint ?? "", /jeda window release --stack STACK/);
          match(
            error.hint ?? "",
            new RegExp(`mkdir -p ${directory}/disarmed && mv ${own().directory} ${directory}/disarmed/`),
          );
          return true;
        },
      );
    });
  });
});
