/** What brings the segments back before the deadline: a heartbeat that stops, and an operator. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { officeShare } from "../../lab/machines/host-files.ts";
import { rebootHost } from "../../lab/machines/power.ts";
import { labPlan, WindowLab } from "./window-lab.ts";

const lab = new WindowLab("resrel");

/** Pids of a window's processes on the backup host. */
const pids = (window: string, verbs: string): Promise<string> =>
  lab.sh(
    "backup",
    `for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -qE 'runner[.]mjs (${verbs}) --window ${window} ' && basename $p; done | tr '\\n' ' '`,
  );

/** Seconds until the edge's kernel holds nothing any more. */
async function untilReleased(withinMs: number): Promise<number> {
  const began = Date.now();
  while ((await lab.leases()).length > 0) {
    assert.ok(Date.now() - began < withinMs, `still cut after ${Date.now() - began} ms`);
    await sleep(100);
  }
  return Date.now() - began;
}

describe("coming back before the deadline", () => {
  before(async function () {
    this.timeout(240_000);
    await lab.upWithoutWindow();
  });
  after(() => lab.down());

  it("happens by the kernel within one heartbeat when runner and supervisor are dead", async () => {
    const plan = { ...labPlan("heartbeat"), lease: "heartbeat" as const, heartbeatMs: 15_000 };
    await lab.arm(plan);
    await lab.entry(plan.id, "source-started");
    await lab.sh("backup", `kill -9 ${await pids(plan.id, "supervise|run")}`);
    assert.ok((await lab.leases()).length > 0);
    await untilReleased(16_000);
    const { all } = await lab.jeda(["window", "follow", "--id", plan.id]);
    const report = await lab.report(plan.id);
    assert.equal(report.result, "failed", all);
    assert.match(report.reasons.join(), /heartbeat lapsed/);
    assert.deepEqual(await lab.leases(), []);
  }).timeout(240_000);

  it("happens at once when an operator says so, although the runner stands still; it can't cut again", async () => {
    const plan = labPlan("released");
    await lab.arm(plan);
    await lab.entry(plan.id, "source-started");
    const stopped = await pids(plan.id, "run");
    await lab.sh("backup", `kill -STOP ${stopped}`);
    const { exitCode, all } = await lab.jeda([
      "window",
      "release",
      "--id",
      plan.id,
      "--reason",
      "drill",
      "--by",
      "test",
    ]);
    assert.equal(exitCode, 0, all);
    assert.deepEqual(await lab.leases(), []);
    await lab.sh("backup", `kill -CONT ${stopped}`);
    await lab.jeda(["window", "follow", "--id", plan.id]);
    const report = await lab.report(plan.id);
    assert.equal(report.result, "aborted", report.reasons.join("; "));
    assert.equal(report.reasons[0], "released by test: drill");
    assert.deepEqual(await lab.leases(), []);
  }).timeout(240_000);

  it("happens from the operator's machine when the backup host can't be reached; a living runner can't cut again, not even after a reboot of the edge", async () => {
    const plan = labPlan("unreachable");
    await lab.wrap("restic", 'case " $* " in *" backup "*) sleep 60;; esac; exec "$real" "$@"');
    await lab.arm(plan);
    await lab.entry(plan.id, "source-started");
    await lab.sh(
      "backup",
      "nft 'add table inet unplugged; add chain inet unplugged in { type filter hook input priority -300; }; add rule inet unplugged in tcp dport 22 drop'",
    );
    // Its runner must not see the release before the reboot: what the edge remembers is what counts.
    const stopped = await pids(plan.id, "run");
    await lab.sh("backup", `kill -STOP ${stopped}`);
    const { exitCode, all } = await lab.jeda(["window", "abort", "--id", plan.id, "--reason", "drill"]);
    assert.equal(exitCode, 0, all);
    assert.match(all, /the runner could not be told who and why/);
    assert.deepEqual(await lab.leases(), []);
    await rebootHost(lab.id, "edge");
    await lab.sh("backup", `kill -CONT ${stopped}; nft delete table inet unplugged`);
    const { exitCode: ended, all: said } = await lab.jeda(["window", "follow", "--id", plan.id]);
    assert.equal(ended, 11, said);
    assert.match((await lab.report(plan.id)).reasons.join("; "), /edge was released by somebody else/);
    const entries = await lab.entries(plan.id);
    assert.equal(entries.filter((entry) => entry.type === "isolated").length, 1);
    assert.deepEqual(await lab.leases(), []);
    await lab.wrap("restic", null);
  }).timeout(240_000);

  it("happens later, in the kernel too, when an operator extends the window, and never beyond what is declared", async () => {
    const plan = { ...labPlan("extended"), maxExtensionMs: 120_000 };
    await lab.wrap("restic", 'case " $* " in *" backup "*) sleep 40;; esac; exec "$real" "$@"');
    await lab.arm(plan);
    await lab.entry(plan.id, "vault-open");
    const extend = (...words: string[]) =>
      lab.jeda(["window", "extend", "--id", plan.id, "--reason", "drill", "--who", "test", ...words]);
    const asked = await extend("--by", "1m30s");
    assert.equal(asked.exitCode, 0, asked.all);
    const beyond = await extend("--by", "1m");
    assert.equal(beyond.exitCode, 1, beyond.all);
    assert.match(beyond.all, /window.maxExtension 2m, granted so far 1m 30s, asked for 1m more/);
    const seconds = await lab.sh(
      "edge",
      "nft list set inet jeda_window isolated_if | grep -o 'expires [0-9a-z]*' | head -n 1",
    );
    const status = JSON.parse((await lab.jeda(["window", "status", "--id", plan.id, "--json"])).stdout);
    const { deadlines, planned } = status.window;
    assert.equal(Date.parse(deadlines.reconnectBy) - Date.parse(planned.reconnectBy), 90_000);
    assert.match(seconds, /expires [34]m/, "180 s were planned, 90 s were added");
    await lab.jeda(["window", "follow", "--id", plan.id]);
    const report = await lab.report(plan.id);
    assert.equal(report.result, "ok", report.reasons.join("; "));
    assert.deepEqual(
      report.deadlines.extensions.map(({ by, reason, addMs }) => ({ by, reason, addMs })),
      [{ by: "test", reason: "drill", addMs: 90_000 }],
    );
    assert.deepEqual(await lab.leases(), []);
    await lab.wrap("restic", null);
  }).timeout(240_000);

  it("waits for an operator where a canary was encrypted, with the vault shut, and ends when released", async () => {
    const canary = "do-not-touch/canary.txt";
    const write = (content: string) =>
      lab.sh(
        "administrative",
        `mkdir -p '${officeShare}/do-not-touch' && ${content} >'${officeShare}/${canary}' && chmod -R a+rX '${officeShare}/do-not-touch'`,
      );
    await write("echo nobody has a reason to change this");
    const before = labPlan("canary-before", { sources: ["office-files"] });
    const guarded = before.sources.map((one) => (one.kind === "smb" ? { ...one, canaries: [canary] } : one));
    const first = await lab.run({ ...before, sources: guarded });
    assert.equal(first.report.result, "ok", first.report.reasons.join("; "));
    await write("head -c 5000 /dev/urandom");
    const plan = {
      ...labPlan("canary", { sources: ["office-files"] }),
      sources: guarded,
      onAnomaly: { holdMs: 300_000 },
    };
    await lab.arm(plan);
    await lab.entry(plan.id, "held");
    const held = await lab.leases();
    assert.ok(held.length > 0 && !held.some((one) => one.startsWith("vault_open")), held.join("; "));
    const { all: shown } = await lab.jeda(["window", "status", "--id", plan.id]);
    assert.match(
      shown,
      /holding.*\n[\s\S]*ANOMALY in office-files: the canary do-not-touch\/canary.txt was changed/,
    );
    await lab.jeda(["window", "release", "--id", plan.id, "--reason", "it was a drill", "--by", "test"]);
    const { exitCode, all } = await lab.jeda(["window", "follow", "--id", plan.id]);
    assert.equal(exitCode, 10, all);
    assert.match(
      (await lab.report(plan.id)).reasons.join("; "),
      /an anomaly in office-files.*released by test: it was a drill|released by test: it was a drill.*an anomaly in office-files/,
    );
    assert.deepEqual(await lab.leases(), []);
  }).timeout(240_000);
});
