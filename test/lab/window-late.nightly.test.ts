import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { addresses } from "../../lab/hospital.ts";
import { rebootHost } from "../../lab/machines/power.ts";
import { waitUntilReady } from "../../lab/machines/ready.ts";
import type { EdgeClock, LeaseElement } from "../../src/model/edge-protocol.ts";
import { isolationElements, vaultElements } from "../../src/window/leases/lease-request.ts";
import { reachesBackup } from "./watching.ts";
import { labPlan, WindowLab } from "./window-lab.ts";

const lab = new WindowLab(`l${process.pid}`);
const isolation = isolationElements(labPlan());

interface Answer {
  readonly ok: boolean;
  readonly code?: string;
  readonly message?: string;
  readonly clock?: EdgeClock;
}

/** A verb with the window's own key, as any holder of that key could send it. */
async function edge(words: string, input = ""): Promise<Answer> {
  const { stdout, all } = await lab.asOps(
    "sh",
    "-c",
    `exec ssh edge-window "$1" <<'END'\n${input}\nEND`,
    "sh",
    words,
  );
  assert.match(stdout, /^\{/, all);
  return JSON.parse(stdout) as Answer;
}

async function clock(): Promise<EdgeClock> {
  return (await edge("clock")).clock ?? assert.fail("the edge has no clock");
}

const lines = (elements: readonly LeaseElement[]): string =>
  [...elements.map(({ set, value }) => `${set} ${value}`), "#jeda end"].join("\n");

/** The command that isolates, for so long from now. */
async function command(forMs: number): Promise<string> {
  const { bootId, bootMs, fence } = await clock();
  return `lease ${bootId} ${fence} ${bootMs + forMs}`;
}

async function officeReaches(): Promise<boolean> {
  const { v4, v6 } = addresses("internet");
  const tried = await Promise.all(
    [v4, v6].map((address) =>
      lab.inNetwork("office", ["timeout", "2", "bash", "--norc", "-c", `</dev/tcp/${address}/80`]),
    ),
  );
  const open = tried.map(({ exitCode }) => exitCode === 0);
  assert.equal(open[0], open[1], "both families are alike");
  return open[0] === true;
}

async function assertNothingHappened(): Promise<void> {
  assert.deepEqual(await lab.leases(), []);
  assert.equal(await officeReaches(), true);
  assert.deepEqual(await reachesBackup(lab), []);
}

describe("an edge, late or rebooted", function () {
  this.timeout(180_000);
  before(() => lab.upWithoutWindow());
  after(() => lab.down());

  describe("an isolating command that comes too late", tooLate);
  describe("an edge that is rebooted, or emptied", rebooted);
});

function tooLate(): void {
  it("isolates in time, so that the other tests prove something", async () => {
    assert.equal(await officeReaches(), true);
    const answer = await edge(await command(60_000), lines(isolation));
    assert.equal(answer.ok, true, answer.message);
    assert.equal(await officeReaches(), false);
    assert.equal((await edge(`release ${(answer.clock?.fence ?? 0) + 1}`)).ok, true);
    assert.equal(await officeReaches(), true);
  });

  it("isolates nothing after its deadline", async () => {
    const late = await command(3_000);
    await sleep(3_000);
    const answer = await edge(late, lines(isolation));
    assert.equal(answer.code, "deadline", answer.message);
    await assertNothingHappened();
  });

  it("isolates nothing when its connection stalled in the middle until then", async () => {
    const late = await command(4_000);
    const [start = "", ...rest] = lines(isolation).split("\n");
    const script = `{ printf '%s\\n' "$2"; sleep 6; printf '%s\\n' "$3"; } | ssh edge-window "$1"`;
    const { stdout } = await lab.asOps("sh", "-c", script, "sh", late, start, rest.join("\n"));
    assert.equal((JSON.parse(stdout) as Answer).code, "deadline", stdout);
    await assertNothingHappened();
  });

  it("isolates nothing after a release, however early it was sent", async () => {
    const same = await command(60_000);
    const first = await edge(same, lines(isolation));
    assert.equal(first.ok, true);
    await edge(`release ${(first.clock?.fence ?? 0) + 1}`);
    const answer = await edge(same, lines(isolation));
    assert.equal(answer.code, "fence", answer.message);
    await assertNothingHappened();
  });

  it("isolates nothing after an abort", async () => {
    const plan = labPlan("aborted");
    await lab.arm(plan);
    await lab.entry(plan.id, "isolated");
    const { exitCode, all } = await lab.jeda([
      "window",
      "abort",
      "--id",
      plan.id,
      "--reason",
      "a test says so",
    ]);
    assert.equal(exitCode, 0, all);
    await lab.entry(plan.id, "ended");
    const report = await lab.report(plan.id);
    assert.equal(report.result, "aborted");
    assert.match(report.reasons.join("; "), /a test says so/);
    const read = await lab.entry(plan.id, "edge-clock");
    const { bootId, fence } = read.clock;
    const answer = await edge(`lease ${bootId} ${fence} ${read.reconnectByBootMs}`, lines(isolation));
    assert.equal(answer.code, "fence", answer.message);
    await assertNothingHappened();
  });
}

function rebooted(): void {
  it("wakes up neither isolated nor with an open vault, and takes no command from before", async () => {
    const before = await command(120_000);
    assert.equal((await edge(before, lines([...isolation, ...vaultElements]))).ok, true);
    assert.equal(await officeReaches(), false);
    await rebootHost(lab.id, "edge");
    assert.deepEqual(await lab.leases(), []);
    await waitUntilReady(lab.id, networkQuestions);
    await assertNothingHappened();
    assert.match(await lab.ruleset("edge"), /table inet jeda_window/);
    const answer = await edge(before, lines(isolation));
    assert.equal(answer.code, "boot", answer.message);
    await assertNothingHappened();
  });

  it("in the middle of a window puts service first, and the result says what happened", async () => {
    const plan = labPlan("rebooted", { reconnectByMs: 40_000 });
    await lab.wrap("mariadb-dump", `sleep 8; exec "$real" "$@"`);
    await lab.arm(plan);
    await lab.entry(plan.id, "vault-open");
    await rebootHost(lab.id, "edge");
    assert.deepEqual(await lab.leases(), []);
    await waitUntilReady(lab.id, networkQuestions);
    await lab.entry(plan.id, "ended");
    await lab.wrap("mariadb-dump", null);
    const report = await lab.report(plan.id);
    assert.notEqual(report.result, "ok");
    assert.ok(report.reasons.length > 0);
    await assertNothingHappened();
  });

  it("lets nothing reach the backup host after nft flush ruleset", async () => {
    await lab.sh("edge", "nft flush ruleset");
    assert.equal(await lab.ruleset("edge"), "");
    assert.equal(await officeReaches(), true);
    assert.deepEqual(await reachesBackup(lab), []);
    await rebootHost(lab.id, "backup");
    assert.deepEqual(await reachesBackup(lab), []);
  });
}

/** What must answer before a silence means something. */
const networkQuestions = (["v4", "v6"] as const).map((family) => ({
  from: "office" as const,
  address: addresses("internet")[family],
  port: 80,
}));
