/**
 * What somebody may do by hand to a live edge and backup host, and that plain `pulumi preview` says so. One lab for
 * all: a preview takes seconds, so edits of different objects share one. With JEDA_NIGHTLY=1 (`.ci/nightly`) a window in
 * progress comes first.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { pulumiEnvironment } from "../../commands/environment.ts";
import { ensureStack } from "../../commands/stack.ts";
import { opsCommand } from "../../lab/access/ops.ts";
import { labSh } from "../../lab/access/shell.ts";
import { labDown } from "../../lab/down.ts";
import { labUp } from "../../lab/up.ts";
import { parseTableText } from "../../src/firewall/readback/listing.ts";
import { repository } from "../../toolchain/paths.ts";
import { batches } from "./drift-edits.ts";
import type { HandEdit } from "./hand-edit.ts";

const id = `d${process.pid}`;
const FIREWALL = "**EdgeFirewall::edge";
const force = { JEDA_FORCE: "window" };
const nightly = process.env.JEDA_NIGHTLY !== undefined;

interface Result {
  readonly exitCode: number;
  readonly stdout: string;
  readonly all: string;
}

function start(words: readonly string[], more: Record<string, string> = {}) {
  const { pulumi, variables } = pulumiEnvironment(id);
  const named = words[0] === "pulumi" ? [pulumi, ...words.slice(1)] : words;
  const [file = "", ...rest] = [...(opsCommand(id) ?? assert.fail("the lab does not stand")), ...named];
  return execa(file, rest, {
    cwd: repository,
    env: { ...variables, ...more },
    reject: false,
    all: true,
    stdin: "ignore",
    timeout: 240_000,
  });
}

async function run(words: readonly string[], more: Record<string, string> = {}): Promise<Result> {
  const { exitCode, stdout, all } = await start(words, more);
  return { exitCode: exitCode ?? -1, stdout, all };
}

const preview = (...words: string[]) => run(["pulumi", "preview", "--stack", "lab", ...words]);
const up = (...words: string[]) =>
  run(["pulumi", "up", "--yes", "--skip-preview", "--stack", "lab", ...words]);

async function drift(): Promise<{ exitCode: number; findings: string[] }> {
  const words = [process.execPath, "commands/drift.ts", "--stack", "lab", "--json"];
  const { exitCode, stdout, stderr } = await execa(words[0] ?? "", words.slice(1), {
    cwd: repository,
    env: { JEDA_LAB: id, PULUMI_BACKEND_URL: "" },
    reject: false,
    stdin: "ignore",
  });
  const report = exitCode === undefined || stdout === "" ? assert.fail(stderr) : JSON.parse(stdout);
  assert.equal(report.exitCode, exitCode);
  const findings = report.stacks[0].findings.map(
    (one: { kind: string; text: string }) => `${one.kind}: ${one.text}`,
  );
  return { exitCode: exitCode ?? -1, findings };
}

async function on(host: "edge" | "backup", command: string): Promise<string> {
  const { stdout, stderr, exitCode } = await labSh(id, host, ["sh", "-euc", command]);
  assert.equal(exitCode, 0, `${host}: ${command}: ${stderr}`);
  return stdout.trim();
}

/** Where an end lies for certain, milliseconds of the edge's boot clock. */
interface Between {
  readonly earliest: number;
  readonly latest: number;
}

/**
 * Element → its end. The clock is read before and after each listing, so each reading is right on a busy machine too,
 * only wider; what all of them have in common is narrow after a few on an idle one, and later on another.
 */
async function ends(): Promise<Map<string, Between>> {
  const clock = "read -r up _ </proc/uptime; echo $up";
  const once = `${clock}; nft list table inet jeda_window; ${clock}; echo =====`;
  const found = new Map<string, Between>();
  const wide = () => [...found.values()].some(({ earliest, latest }) => latest - earliest > 40);
  for (let round = 0; round === 0 || (wide() && round < 20); round++) {
    const readings = (await on("edge", `for n in $(seq 20); do ${once}; done`)).split("=====").slice(0, 20);
    for (const reading of readings) {
      const lines = reading.trim().split("\n");
      const before = Math.round(Number(lines.at(0)) * 1000);
      // The clock has steps of 10 ms.
      const after = Math.round(Number(lines.at(-1)) * 1000) + 10;
      for (const { name, elements } of parseTableText(lines.slice(1, -1).join("\n"))?.sets ?? []) {
        for (const { value, expiresMs } of elements) {
          const left = expiresMs ?? Number.POSITIVE_INFINITY;
          const known = found.get(`${name} ${value}`);
          found.set(`${name} ${value}`, {
            earliest: Math.max(before + left, known?.earliest ?? 0),
            latest: Math.min(after + left, known?.latest ?? Number.POSITIVE_INFINITY),
          });
        }
      }
    }
  }
  return found;
}

/** By how much it moved at the least, in milliseconds; negative for an end that came nearer. */
function moved(before: Between | undefined, after: Between): number {
  if (before === undefined) return Number.POSITIVE_INFINITY;
  if (after.earliest > before.latest) return after.earliest - before.latest;
  return after.latest < before.earliest ? after.latest - before.earliest : 0;
}

describe("drift in the lab", function () {
  this.timeout(400_000);
  const folder = mkdtempSync(join(tmpdir(), "jeda-drift-"));
  let runner = "";

  /** The lab's stack file with one text replaced by another. */
  function config(name: string, from: string, to: string): string {
    const text = readFileSync(join(repository, "stacks/Pulumi.lab.yaml"), "utf8");
    assert.ok(text.includes(from), from);
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, text.replace(from, to));
    return file;
  }

  before(async () => {
    await labUp({ id, size: "tiny", log: () => {} });
    await ensureStack("lab", id);
    if (!nightly) {
      const done = await up();
      assert.equal(done.exitCode, 0, done.all);
      return;
    }
    const attached = start(["pulumi", "up", "--yes", "--skip-preview", "--stack", "lab"]);
    const isolated = async () =>
      (await labSh(id, "edge", ["nft", "list", "set", "inet", "jeda_window", "isolated_if"])).stdout.includes(
        "expires",
      );
    for (let tries = 0; tries < 600 && !(await isolated()); tries++) await sleep(200);
    assert.ok(await isolated(), "the window never isolated");
    // Nobody follows any more, and the window stands still: what is tried now has until its deadline.
    attached.kill("SIGINT");
    await attached;
    const pids = `sed -n '/"type":"runner"/s/.*"pid":\\([0-9]*\\).*/\\1/p' /var/lib/jeda/windows/*/journal.jsonl`;
    runner = (await on("backup", pids)).split("\n").at(-1) ?? "";
    await on("backup", `kill -STOP ${runner}`);
  });
  after(async () => {
    await labDown(id);
    rmSync(folder, { recursive: true, force: true });
  });

  const inWindow = nightly ? describe : () => {};
  inWindow("while a window is in progress", () => {
    it("takes a window in progress, with its leases, for no drift", async () => {
      const found = await drift();
      assert.deepEqual(found, { exitCode: 0, findings: ["note: is in progress"] });
    });

    it("gives a lease that a hand made longer its own end back, in a policy change that moves no other's", async () => {
      const before = await ends();
      assert.ok(before.size >= 4, `${before.size} elements`);
      await on(
        "edge",
        `nft 'add element inet jeda_window isolated_if { "adm0" timeout 9m }; delete element inet jeda_window isolated_if { "adm0" }; add element inet jeda_window isolated_if { "adm0" timeout 9m }'`,
      );
      const found = await drift();
      assert.equal(found.exitCode, 7, found.findings.join("\n"));
      assert.match(
        found.findings.join("\n"),
        /drift: edge: lease isolated_if adm0 \(administrative\) ends \d+ s after/,
      );
      const enforce = config("enforce", "jeda:lateral: observe", "jeda:lateral: enforce");
      const changed = await up("--target", FIREWALL, "--config-file", enforce);
      assert.equal(changed.exitCode, 0, changed.all);
      assert.match(await on("edge", "nft list table inet jeda"), / drop/);
      const after = await ends();
      assert.deepEqual([...after.keys()].sort(), [...before.keys()].sort());
      for (const [element, end] of after) {
        const by = moved(before.get(element), end);
        const allowed = element === "isolated_if adm0" ? 1_000 : 20;
        assert.ok(Math.abs(by) <= allowed, `${element} moved by ${by} ms`);
      }
    });

    it("refuses what would change the window under way, in the preview already", async () => {
      const shorter = config("shorter", "jeda:maxIsolation: 10m", "jeda:maxIsolation: 9m");
      const refused = await preview("--target", FIREWALL, "--config-file", shorter);
      assert.notEqual(refused.exitCode, 0);
      assert.match(refused.all, /a window is in progress on edge \((the open vault|administrative)/);
      assert.match(refused.all, /set isolated_if/);
      assert.match(refused.all, /JEDA_FORCE=window/);
    });

    it("does it all the same when it is forced, and leaves each lease its end", async () => {
      const before = await ends();
      assert.ok(before.size >= 4, `${before.size} elements`);
      const shorter = config("shorter", "jeda:maxIsolation: 10m", "jeda:maxIsolation: 9m");
      const words = ["up", "--yes", "--skip-preview", "--stack", "lab", "--target", FIREWALL];
      const forced = await run(["pulumi", ...words, "--config-file", shorter], force);
      assert.equal(forced.exitCode, 0, forced.all);
      assert.match(await on("edge", "nft list set inet jeda_window isolated_if"), /timeout 9m/);
      const after = await ends();
      assert.deepEqual([...after.keys()].sort(), [...before.keys()].sort());
      for (const [element, end] of after) {
        const by = moved(before.get(element), end);
        assert.ok(Math.abs(by) <= 20, `${element} moved by ${by} ms`);
      }
    });

    it("follows that window to its end, and is clean then", async () => {
      await on("backup", `kill -CONT ${runner}`);
      // It also takes back, under the window, what was forced on it.
      const done = await run(["pulumi", "up", "--yes", "--skip-preview", "--stack", "lab"], force);
      const found = await drift();
      if (done.exitCode === 0) return assert.deepEqual(found, { exitCode: 0, findings: [] });
      // It stood still for long: whatever it ended as, it waits for somebody, and that is no drift.
      assert.equal(found.exitCode, 3, found.findings.join("\n"));
      const window = /--id (\S+)/.exec(found.findings[0] ?? "")?.[1] ?? assert.fail(found.findings[0]);
      await run([
        "bin/jeda",
        "window",
        "acknowledge",
        "--stack",
        "lab",
        "--id",
        window,
        "--reason",
        "held up by a test",
      ]);
      assert.equal((await up()).exitCode, 0);
      assert.deepEqual(await drift(), { exitCode: 0, findings: [] });
    });
  });

  for (const [nth, edits] of batches.entries()) {
    it(`names each of these (${nth + 1}): ${edits.map(({ what }) => what).join("; ")}`, async () => {
      for (const { host, by } of edits) await on(host, by);
      const plan = join(folder, `plan-${nth}.json`);
      const found = await preview(...(nth === 0 ? ["--expect-no-changes"] : ["--save-plan", plan]));
      assert.equal(found.exitCode, nth === 0 ? 7 : 0, found.all);
      for (const { found: line, what } of edits) {
        assert.ok(
          found.all.split("\n").some((one) => one.includes("drift: ") && line.test(one)),
          `${what}:\n${found.all}`,
        );
      }
      if (nth === 0) {
        const refreshed = await run([
          "pulumi",
          "refresh",
          "--preview-only",
          "--expect-no-changes",
          "--stack",
          "lab",
        ]);
        assert.equal(refreshed.exitCode, 7, refreshed.all);
      }
      // Where a plan was reviewed, it is what mends.
      const mended = await up(...(nth === 0 ? [] : ["--plan", plan]));
      assert.equal(mended.exitCode, 0, mended.all);
      for (const { host, undo } of edits.filter(
        (edit): edit is HandEdit & { undo: string } => edit.undo !== undefined,
      )) {
        await on(host, undo);
      }
    });
  }

  it("finds nothing after restarts of both hosts, then refuses the plan that a hand has made stale", async () => {
    const { rebootHost } = await import("../../lab/machines/power.ts");
    await Promise.all([rebootHost(id, "edge"), rebootHost(id, "backup")]);
    const plan = join(folder, "clean.json");
    const clean = await preview("--expect-no-changes", "--save-plan", plan);
    assert.equal(clean.exitCode, 0, clean.all);
    assert.doesNotMatch(clean.all, /drift: /);
    await on("edge", "nft insert rule inet jeda forward ip saddr 192.0.2.1 accept");
    const refused = await up("--plan", plan);
    assert.notEqual(refused.exitCode, 0, refused.all);
    assert.match(await on("edge", "nft list chain inet jeda forward"), /192\.0\.2\.1/, "nothing was touched");
  });

  it("says which host it could not reach, still looks at the other, and is not clean", async () => {
    await on("backup", "nft insert rule inet jeda_host input tcp dport 22 reject with tcp reset");
    const found = await drift();
    assert.equal(found.exitCode, 7);
    assert.match(found.findings.join("\n"), /drift: edge: inet jeda forward\/unmanaged-1: a rule was added/);
    assert.match(
      found.findings.join("\n"),
      /unknown: not looked at: backup-read (could not be reached|did not answer)/,
    );
  });
});
