/** A window whose runner, supervisor or host dies is taken up again, and can still end well. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { rebootHost } from "../../lab/machines/power.ts";
import type { JournalBody, JournalEntry } from "../../src/model/journal.ts";
import { encodeLine, genesis } from "../../src/window/journal/journal-line.ts";
import { labPlan, WindowLab } from "./window-lab.ts";

const lab = new WindowLab("resume");

const times = (entries: readonly JournalEntry[], type: JournalEntry["type"]): number =>
  entries.filter((entry) => entry.type === type).length;

/** Pids of the runner and of its supervisor on the backup host, by the verb in their command line. */
async function pids(window: string, verb: "run" | "supervise"): Promise<readonly number[]> {
  const script = `for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -q 'runner[.]mjs ${verb} --window ${window} ' && basename $p; done; true`;
  const found = await lab.sh("backup", script);
  return found.split("\n").filter(Boolean).map(Number);
}

async function kill(window: string, ...verbs: ("run" | "supervise")[]): Promise<void> {
  const found = (await Promise.all(verbs.map((verb) => pids(window, verb)))).flat();
  assert.ok(found.length >= verbs.length, `${verbs}: ${found}`);
  await lab.sh("backup", `kill -9 ${found.join(" ")}`);
}

/** To its end: the result, the entries, and what must hold of every resumed window. */
async function ended(window: string) {
  const { all } = await lab.jeda(["window", "follow", "--id", window]);
  const report = await lab.report(window);
  const entries = await lab.entries(window);
  assert.equal(report.result, "ok", `${report.reasons.join("; ")}\n${all}`);
  const saved = entries.flatMap((entry) => (entry.type === "source-saved" ? [entry.source] : []));
  assert.equal(new Set(saved).size, saved.length, "a source was saved twice");
  assert.ok((report.deadlines.kept.reconnectByMs ?? -1) > 0);
  assert.deepEqual(await lab.leases(), []);
  return { report, entries };
}

const journalOf = (window: string): string => `/var/lib/jeda/windows/${window}/journal.jsonl`;

/** The same journal as of an earlier window, damaged in its line 20. */
async function brokenSince(ms: number, entries: readonly JournalEntry[]): Promise<string> {
  let prev = genesis;
  const lines = entries.map(({ seq, at, prev: _prev, hash: _hash, ...rest }) => {
    const body = rest as JournalBody;
    const earlier = new Date(Date.parse(at) - ms).toISOString().replace("Z", "+00:00");
    const moved = (moment: number) => moment - ms;
    const { line, entry } = encodeLine(
      body.type === "armed"
        ? {
            ...body,
            plan: { ...body.plan, id: "old" },
            deadlines: {
              start: moved(body.deadlines.start),
              startCutoff: moved(body.deadlines.startCutoff),
              backupStop: moved(body.deadlines.backupStop),
              reconnectBy: moved(body.deadlines.reconnectBy),
            },
          }
        : body.type === "runner"
          ? { ...body, bootMs: moved(body.bootMs) }
          : body,
      { seq, at: earlier, prev },
    );
    prev = entry.hash;
    return line;
  });
  lines[19] = lines[19]?.replace('"at":"', '"at":"x') ?? "";
  return lines.join("");
}

/** The same local time, for a zone without changes of clocks. */
const nextDay = (start: string): string =>
  new Date(Date.parse(start) + 24 * 3_600_000).toISOString().replace("Z", "+00:00");

describe("taking a window up again", () => {
  before(async function () {
    this.timeout(240_000);
    await lab.upWithoutWindow();
  });
  after(() => lab.down());

  it("goes on after kill -9 of the runner: its supervisor starts it, nothing is isolated twice", async () => {
    const plan = labPlan("killed-runner");
    await lab.arm(plan);
    await lab.entry(plan.id, "source-started");
    const { length } = await lab.leases();
    assert.ok(length > 0);
    await kill(plan.id, "run");
    const { entries } = await ended(plan.id);
    assert.equal(times(entries, "runner"), 2);
    assert.equal(times(entries, "isolated"), 1);
  }).timeout(240_000);

  it("goes on after kill -9 of runner and supervisor, as soon as somebody looks", async () => {
    const plan = labPlan("killed-both");
    await lab.arm(plan);
    await lab.entry(plan.id, "source-started");
    await kill(plan.id, "supervise", "run");
    const { entries } = await ended(plan.id);
    assert.equal(times(entries, "runner"), 2);
    assert.equal(times(entries, "isolated"), 1);
  }).timeout(240_000);

  it("ends a window whose journal is broken as soon as somebody arms it, and what is told of it is true", async () => {
    const plan = labPlan("broken");
    await lab.arm(plan);
    await lab.entry(plan.id, "source-started");
    const following = lab.jeda(["window", "follow", "--id", plan.id]);
    await kill(plan.id, "supervise", "run");
    await lab.sh("backup", `sed -i '12s/"at":"..../"at":"1999/' ${journalOf(plan.id)}`);
    const { exitCode, all } = await lab.jeda(["window", "arm"], JSON.stringify(plan));
    assert.equal(exitCode, 0, all);
    const told = /the journal of the window broken is broken from line 12 on: a runner releases every edge/;
    // Whoever follows looks too, and may have been first: then the runner has put the damage on record.
    if (!told.test(all)) assert.equal(times(await lab.entries(plan.id), "broken"), 1, all);
    const followed = await following;
    assert.equal(followed.exitCode, 11, followed.all);
    assert.match(followed.all, /the journal was damaged from line 12 on \(kept as journal.jsonl.broken-/);
    assert.deepEqual(await lab.leases(), []);
    assert.equal((await lab.report(plan.id)).vault.provedShut, true);
  }).timeout(240_000);

  it("ends one that was broken long ago only after the window that is under way, which it does not touch", async () => {
    const old = await brokenSince(86_400_000, await lab.entries("killed-runner"));
    const plan = labPlan("after-broken");
    await lab.arm(plan);
    await lab.entry(plan.id, "vault-open");
    await lab.sh("backup", `mkdir -p ${dirname(journalOf("old"))} && cat >${journalOf("old")}`, old);
    const status = await lab.jeda(["window", "status"]);
    assert.match(status.all, /the journal of old is BROKEN: a runner releases every edge/);
    const { entries } = await ended(plan.id);
    assert.equal(times(entries, "isolated"), 1);
    const { exitCode, all } = await lab.jeda(["window", "follow", "--id", "old"]);
    assert.equal(exitCode, 11, all);
    assert.match(all, /the journal was damaged from line 20 on/);
    const later = (await lab.entries("old")).find(({ type }) => type === "released");
    assert.ok(Date.parse(later?.at ?? "") > Date.parse(entries.at(-1)?.at ?? ""), all);
  }).timeout(240_000);

  it("goes on after a reboot of the backup host in the middle of a window", async () => {
    const plan = labPlan("rebooted-host");
    await lab.arm(plan);
    await lab.entry(plan.id, "source-started");
    await rebootHost(lab.id, "backup");
    const { entries } = await ended(plan.id);
    assert.equal(times(entries, "isolated"), 1);
    assert.equal(
      new Set(entries.flatMap((entry) => (entry.type === "runner" ? [entry.bootId] : []))).size,
      2,
    );
  }).timeout(240_000);

  it("takes an armed window over a reboot of the backup host", async () => {
    const plan = labPlan("armed-reboot");
    const start = new Date(Date.now() + 12_000).toISOString().replace("Z", "+00:00");
    await lab.arm({ ...plan, schedule: { ...plan.schedule, start } });
    await lab.entry(plan.id, "runner");
    await rebootHost(lab.id, "backup");
    const { entries } = await ended(plan.id);
    assert.equal(times(entries, "isolated"), 1);
    assert.ok(times(entries, "runner") >= 2);
  }).timeout(240_000);

  it("gives up a source that is too slow for its time, saves the one that waits, and is partial", async () => {
    const plan = labPlan("too-slow");
    // What earlier windows saved would not be read again, however slow the way to it.
    await lab.sh("administrative", "head -c 100663296 /dev/urandom >/srv/office/besar.bin");
    const steps = plan.runbook.steps.map((step) =>
      // Ninety-six megabytes would need more than six minutes; what the database holds, a second or two.
      step.kind === "backup" ? { ...step, parallel: 1, bytesPerSecond: 256 * 1024 } : step,
    );
    const first = (name: string) => (name === "office-files" ? 0 : 1);
    // Under a name that no earlier window saved: by their speed it would not even be begun.
    const renamed = (name: string) => (name === "office-files" ? "old-archive" : name);
    const sources = plan.sources.map((source) => ({
      ...source,
      name: renamed(source.name),
      order: first(source.name),
    }));
    const { report, exitCode } = await lab.run({ ...plan, sources, runbook: { ...plan.runbook, steps } });
    assert.equal(report.result, "partial", report.reasons.join("; "));
    assert.equal(exitCode, 10);
    const notes = (await lab.entries(plan.id)).flatMap((entry) =>
      entry.type === "note" ? [entry.text] : [],
    );
    assert.match(notes.join("\n"), /old-archive: put off: at its speed it needs .* and others wait/);
    // It is tried again when the other is done, for nothing better could use the time.
    assert.match(report.reasons.join("; "), /old-archive was not saved: .*backupStop had come/);
    const verified = report.sources.filter((source) => source.verified).map(({ name }) => name);
    assert.deepEqual(verified, ["records"]);
    assert.ok((report.deadlines.kept.reconnectByMs ?? -1) > 0);
    assert.deepEqual(await lab.leases(), []);
  }).timeout(240_000);

  it("arms one window after another by a rule, for one stack, over a reboot, until it is taken back", async () => {
    const plan = labPlan("daily-0000-asia-jakarta-test-1");
    const at = new Date(Date.now() + 12 * 3_600_000).toLocaleTimeString("en-GB", { timeZone: plan.zone });
    const recurrence = { days: { kind: "daily" }, at: at.slice(0, 5), clocks: {} } as const;
    const stack = "organization/jeda/lab";
    const rule = { ...plan, stack, schedule: { ...plan.schedule, start: "recurring", recurrence } };
    const standing = async () => {
      const { stdout, all } = await lab.jeda(["window", "status", "--json"]);
      const { schedules } = JSON.parse(stdout) as {
        schedules: readonly {
          readonly id: string;
          readonly next: { readonly id: string; readonly start: string };
        }[];
      };
      assert.ok(schedules.length <= 1, all);
      return schedules[0]?.next;
    };
    await lab.arm(rule);
    const first = await standing();
    assert.ok(first !== undefined);
    await lab.entry(first.id, "runner");

    await lab.arm(rule);
    assert.deepEqual(await standing(), first);
    const other = await lab.jeda(
      ["window", "arm"],
      JSON.stringify({ ...rule, stack: "organization/jeda/other" }),
    );
    assert.equal(other.exitCode, 1);
    assert.match(
      other.all,
      /has a recurring window already: daily-0000-asia-jakarta-test-1 of organization\/jeda\/lab/,
    );
    const tomorrow = {
      ...plan,
      id: "overlapping",
      schedule: { ...plan.schedule, start: nextDay(first.start) },
    };
    const overlapping = await lab.jeda(["window", "arm"], JSON.stringify(tomorrow));
    assert.equal(overlapping.exitCode, 1);
    assert.match(
      overlapping.all,
      /the recurring window daily-0000-asia-jakarta-test-1 .* comes at .* overlaps/,
    );

    await rebootHost(lab.id, "backup");
    assert.deepEqual(await standing(), first);
    await lab.jeda(["window", "disarm", "--id", first.id]);
    const second = await standing();
    assert.equal(Date.parse(second?.start ?? "") - Date.parse(first.start), 24 * 3_600_000);
    await lab.jeda(["window", "abort", "--id", second?.id ?? "", "--reason", "not on that night"]);
    await lab.entry(second?.id ?? "", "ended");
    const third = await standing();
    assert.equal(Date.parse(third?.start ?? "") - Date.parse(first.start), 48 * 3_600_000);

    const taken = await lab.jeda(["window", "disarm", "--id", rule.id]);
    assert.equal(taken.exitCode, 0, taken.all);
    assert.equal(await standing(), undefined);
    assert.deepEqual(await lab.leases(), []);
  }).timeout(240_000);
});
