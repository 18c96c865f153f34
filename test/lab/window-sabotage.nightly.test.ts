import assert from "node:assert/strict";
import type { Report } from "../../src/model/report.ts";
import { labPlan, type PlanChanges, WindowLab } from "./window-lab.ts";

const lab = new WindowLab(`s${process.pid}`);

/** Windows of one source are quick, and each fault stands alone. */
async function run(id: string, changes: PlanChanges): Promise<Report> {
  const { report, exitCode, said } = await lab.run(labPlan(id, changes));
  assert.equal(exitCode === 0, report.result === "ok", said);
  return report;
}

function assertBad(report: Report, reason: RegExp): void {
  assert.notEqual(report.result, "ok");
  assert.match(report.reasons.join("\n"), reason);
}

describe("a window that somebody sabotages", function () {
  this.timeout(180_000);
  before(() => lab.upWithoutWindow());
  after(() => lab.down());

  /** The newest honest snapshot of the share. */
  let honest: string;

  it("is ok when nobody does, so that the other tests prove something", async () => {
    const records = await run("honest-records", { sources: ["records"] });
    assert.equal(records.result, "ok", records.reasons.join("; "));
    const files = await run("honest-files", { sources: ["office-files"] });
    assert.equal(files.result, "ok", files.reasons.join("; "));
    honest = files.sources[0]?.snapshot ?? "";
    assert.match(honest, /^[0-9a-f]{64}$/);
  });

  it("fails when an edge says that it isolated, and did not", async () => {
    // An edge that answers as it should and lists what it was asked for, over rules that no longer read the sets.
    const handles = await lab.sh("edge", "nft -a list chain inet jeda_window forward");
    for (const [, handle] of handles.matchAll(/jump (?:outgoing|incoming) .*# handle (\d+)/g)) {
      await lab.sh("edge", `nft delete rule inet jeda_window forward handle ${handle}`);
    }
    const report = await run("skipped", { sources: ["records"] });
    assertBad(report, /isolation of (administrative|guest) (could not be|was not) proved/);
    assert.equal(report.vault.openedAt, null, "the vault stays shut");
    assert.equal((await lab.install()).exitCode, 0, "pulumi up mends it");
  });

  it("fails when an edge answers ok and applies nothing", async () => {
    const script = "/usr/local/lib/jeda/edge";
    await lab.sh("edge", `mv ${script} ${script}.real`);
    await lab.sh(
      "edge",
      `cat >${script}; chmod 755 ${script}`,
      `#!/bin/sh
case $SSH_ORIGINAL_COMMAND in
jeda-*" lease "*) clock=$(SSH_ORIGINAL_COMMAND=clock ${script}.real "$1") && cat >/dev/null && echo "\${clock%?},\\"timeoutMs\\":100000}" ;;
*) exec ${script}.real "$1" ;;
esac
`,
    );
    const report = await run("lying", { sources: ["records"] });
    await lab.sh("edge", `mv -f ${script}.real ${script}`);
    assertBad(report, /said it isolated, but its kernel does not hold it/);
    assert.equal(report.vault.openedAt, null);
  });

  it("is not ok when a dump is cut short", async () => {
    await lab.wrap("mariadb-dump", '"$real" "$@" | head -c 40000; exit 0');
    const report = await run("short-dump", { sources: ["records"] });
    await lab.wrap("mariadb-dump", null);
    assertBad(report, /records was not saved: .*the dump is not complete/);
    assert.equal(report.sources[0]?.verified, false);
  });

  it("is not ok when a dump lacks rows, but ends as it should", async () => {
    await lab.wrap("mariadb-dump", `"$real" "$@" | sed '0,/^INSERT INTO/{/^INSERT INTO/d}'; exit 0`);
    const report = await run("thin-dump", { sources: ["records"] });
    await lab.wrap("mariadb-dump", null);
    assertBad(report, /records was not saved: /);
  });

  it("fails when an old snapshot is reported", async () => {
    await lab.wrap(
      "restic",
      `case " $* " in
*" backup "*) "$real" "$@" | sed 's/"snapshot_id":"[0-9a-f]*"/"snapshot_id":"${honest}"/'; exit \${PIPESTATUS[0]} ;;
*) exec "$real" "$@" ;;
esac`,
    );
    const report = await run("old-snapshot", { sources: ["office-files"] });
    await lab.wrap("restic", null);
    assertBad(report, new RegExp(`the snapshot ${honest} was there before the window began`));
  });

  it("fails when a restored file is altered", async () => {
    await lab.wrap(
      "restic",
      `"$real" "$@" || exit
target=
while [ $# -gt 0 ]; do [ "$1" != --target ] || target=$2; shift; done
[ -z "$target" ] || find "$target" -type f -size +0 -print0 | while IFS= read -r -d '' file; do
  case $file in */patterns) continue ;; esac
  printf X | dd of="$file" bs=1 seek=0 conv=notrunc status=none
done`,
    );
    const report = await run("altered", { sources: ["office-files"] });
    await lab.wrap("restic", null);
    assertBad(report, /the verification of office-files failed: .*restored with other content/);
  });

  it("fails when the vault is left open", async () => {
    const plan = labPlan("open", { sources: ["records"] });
    // Both locks have to be broken, in the middle of the window: before, it would not even begin.
    await lab.wrap("mariadb-dump", `"$real" "$@"; code=$?; nft flush ruleset; exit $code`);
    await lab.arm(plan);
    await lab.entry(plan.id, "vault-open");
    await lab.sh("edge", "nft insert rule inet jeda_window vault return");
    const { exitCode } = await lab.jeda(["window", "follow", "--id", plan.id]);
    await lab.wrap("mariadb-dump", null);
    const report = await lab.report(plan.id);
    assert.notEqual(exitCode, 0);
    assertBad(report, /the vault was left open: .*10\.50\.0\.10/);
    assert.equal(report.vault.provedShut, false);
  });

  it("does not begin when the vault is open already", async () => {
    const report = await run("already-open", { sources: ["records"] });
    assertBad(report, /the backup host can be reached although no window is running/);
    assert.equal(
      report.segments.every(({ isolatedAt }) => isolatedAt === null),
      true,
    );
  });
});
