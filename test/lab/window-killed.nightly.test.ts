import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { addresses } from "../../lab/hospital.ts";
import { namespaceInode, processesIn } from "./footprint.ts";
import type { Target } from "./packets.ts";
import { reachesBackup, tryFrom, watchElements } from "./watching.ts";
import { labPlan, WindowLab } from "./window-lab.ts";

const lab = new WindowLab(`k${process.pid}`);
const internet = addresses("internet");
const toInternet: Target[] = [
  { name: "v4", kind: "fresh", host: internet.v4, port: 80 },
  { name: "v6", kind: "fresh", host: internet.v6, port: 80 },
];

/** Whatever carries a window out or looks at it, on the backup host. The host itself stays, and so does its sshd. */
const killEverything = `for d in /proc/[0-9]*; do
  pid=\${d#/proc/}
  [ "$pid" != 1 ] && [ "$pid" != $$ ] || continue
  case $(tr '\\0' ' ' <$d/cmdline 2>/dev/null) in
  "" | "sh /etc/lab/start"* | *"sshd -D"* | sleep*) ;;
  *) kill -9 "$pid" ;;
  esac
done`;

/** A window that is in the middle of its backup for as long as a test needs. */
const slowDump = (seconds: number) => lab.wrap("mariadb-dump", `sleep ${seconds}; exec "$real" "$@"`);

describe("a window whose processes are killed", function () {
  this.timeout(240_000);
  before(() => lab.upWithoutWindow());
  after(() => lab.down());

  it("goes on when pulumi up is interrupted, refuses to be destroyed, and is followed by the next up", async () => {
    const { id } = labPlan();
    await slowDump(12);
    const elements = watchElements(lab);
    const up = lab.startPulumi("up", "--yes", "--skip-preview");
    await lab.entry(id, "source-started");
    process.kill(-(up.pid ?? assert.fail("pulumi did not start")), "SIGINT");
    const interrupted = await up;
    assert.notEqual(interrupted.exitCode, 0);
    assert.ok((await lab.leases()).length > 0, "the window is still on");

    const destroy = await lab.pulumi("destroy", "--yes", "--skip-preview");
    assert.notEqual(destroy.exitCode, 0, destroy.all);
    assert.match(destroy.all, new RegExp(`the window ${id} is running`));
    assert.match(await lab.ruleset("edge"), /table inet jeda_window/);

    const next = await lab.pulumi("up", "--yes", "--skip-preview");
    await elements.stop();
    assert.equal(next.exitCode, 0, next.all);
    const entries = await lab.entries(id);
    assert.equal(entries.filter(({ type }) => type === "armed").length, 1);
    assert.equal(entries.filter(({ type }) => type === "isolated").length, 1);
    assert.equal((await lab.report(id)).result, "ok");
    assert.deepEqual(await lab.leases(), []);
  });

  it("is ended by the kernel at its deadline when runner, SSH and Pulumi are killed in the middle of the backup", async () => {
    const id = labPlan().id.replace(/1$/, "2");
    const file = lab.stackFile("short", (text) =>
      text
        .replace("startCutoff: 45s", "startCutoff: 22s")
        .replace("backupStop: 5m30s", "backupStop: 28s")
        .replace("reconnectBy: 6m\n", "reconnectBy: 45s\n    attempt: 2\n"),
    );
    await slowDump(60);
    const office = tryFrom(lab, "office", toInternet);
    const up = lab.startPulumi("up", "--yes", "--skip-preview", "--config-file", file);
    const armed = await lab.entry(id, "armed");
    await lab.entry(id, "source-started");
    for (const pid of processesIn([namespaceInode(lab.id, "ops")])) kill(pid);
    await lab.sh("backup", killEverything);
    await up;
    const killedAt = Date.now();
    const length = (await lab.entries(id)).length;
    const { reconnectBy } = armed.deadlines;
    assert.ok(killedAt < reconnectBy - 7_000, "killed too late to prove anything");
    assert.ok(
      (await lab.leases()).some((lease) => lease.startsWith("vault_open")),
      "the vault is open",
    );

    // Asked in this order: an answer that comes late can only make the kernel look late, never early.
    let isolatedUntil = 0;
    let openUntil = 0;
    while (Date.now() < reconnectBy + 3_000) {
      const asked = Date.now();
      const leases = await lab.leases();
      if (leases.some((lease) => lease.startsWith("isolated_"))) isolatedUntil = asked;
      if (leases.some((lease) => lease.startsWith("vault_"))) openUntil = asked;
      await sleep(100);
    }
    await office.stop();
    assert.ok(isolatedUntil < reconnectBy + 1_000, `isolated ${isolatedUntil - reconnectBy} ms too long`);
    assert.ok(isolatedUntil > reconnectBy - 5_000, "the kernel held the isolation to the end");
    assert.ok(openUntil < reconnectBy - 4_000, "the vault shuts before the segments are back");
    for (const name of ["v4", "v6"]) {
      const own = office.seen.filter((one) => one.name === name);
      const isolated = own.filter((one) => one.began > killedAt && one.ended < reconnectBy - 5_000);
      const back = own.filter((one) => one.began > reconnectBy + 1_000);
      assert.ok(isolated.length > 0 && isolated.every(({ ok }) => !ok), `${name} was not cut all along`);
      assert.ok(back.length > 0 && back.every(({ ok }) => ok), `${name} was not back in time`);
    }
    assert.deepEqual(await reachesBackup(lab), []);
    const clinical = addresses("clinical").v4;
    const begun = await lab.inNetwork("backup", [
      "timeout",
      "2",
      "bash",
      "--norc",
      "-c",
      `</dev/tcp/${clinical}/3306`,
    ]);
    assert.notEqual(begun.exitCode, 0, "the vault is shut from inside too");
    assert.equal((await lab.entries(id)).length, length, "nobody of ours was alive to do it");
  });

  it("is not run again by the next up, which says how it ended until somebody acknowledges it", async () => {
    const id = labPlan().id.replace(/1$/, "2");
    const file = `--config-file=/run/jeda-lab/${lab.id}/short.yaml`;
    const elements = watchElements(lab);
    await lab.pulumi("cancel", "--yes");
    const cleared = await lab.pulumi("refresh", "--yes", "--skip-preview", "--clear-pending-creates", file);
    assert.equal(cleared.exitCode, 0, cleared.all);
    // Following starts the dead runner again; past its deadline all it may do is finish.
    const next = await lab.pulumi("up", "--yes", "--skip-preview", file);
    assert.notEqual(next.exitCode, 0);
    assert.match(next.all, new RegExp(`jeda window acknowledge --id ${id} --reason`));
    assert.notEqual((await lab.report(id)).result, "ok");
    const { exitCode } = await lab.jeda([
      "window",
      "acknowledge",
      "--id",
      id,
      "--reason",
      "a test killed it",
    ]);
    assert.equal(exitCode, 0);
    const last = await lab.pulumi("up", "--yes", "--skip-preview", file);
    await elements.stop();
    assert.equal(last.exitCode, 0, last.all);
    assert.deepEqual(
      elements.seen.filter(({ text }) => text.startsWith("add element inet jeda_window isolated_")),
      [],
    );
  });
});

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
