/** Hosts of other Debian releases than this machine's: a window on 11, both upgraded in place, the next one on 13. */
import assert from "node:assert/strict";
import { addresses } from "../../lab/hospital.ts";
import { rebootHost } from "../../lab/machines/power.ts";
import { layRoot } from "../../lab/roots/host-root.ts";
import { nftOf, type Release } from "../../lab/roots/releases.ts";
import { labWork } from "../../lab/workload.ts";
import { reachesBackup } from "./watching.ts";
import { labPlan, WindowLab } from "./window-lab.ts";

const hosts = ["edge", "backup"] as const;
const lab = new WindowLab(`d${process.pid}`, [], { edge: "bullseye", backup: "bullseye" });

/** A good night: everything saved and proved equal, everybody back, no record lost. */
async function savesAll(window: string): Promise<void> {
  await labWork(lab.id, "start");
  const { report } = await lab.run(labPlan(window));
  await labWork(lab.id, "stop");
  assert.equal(report.result, "ok", report.reasons.join("; "));
  assert.deepEqual(
    report.sources.map(({ name, verified }) => [name, verified]),
    [
      ["records", true],
      ["office-files", true],
    ],
  );
  assert.equal(report.records?.lost, 0);
  assert.ok((report.records?.acknowledged ?? 0) > 0);
  assert.deepEqual(await lab.leases(), []);
}

const isRelease = async (release: Release): Promise<void> => {
  for (const host of hosts) assert.match(await lab.sh(host, "nft --version"), new RegExp(nftOf[release]));
};

/** As a visitor of the ward would: the record service, and the internet. */
async function clinicalFlows(): Promise<void> {
  for (const [address, path] of [
    [addresses("clinical").v4, "/health"],
    [addresses("internet").v4, "/"],
  ]) {
    const asked = await lab.inNetwork("ward", ["curl", "-fsS", "-m", "5", `http://${address}${path}`]);
    assert.equal(asked.exitCode, 0, asked.stderr);
  }
}

/** The ids that stand in the comments of the rules: newer programs print the rest another way. */
const rules = async (): Promise<readonly string[]> => {
  const texts = await Promise.all(hosts.map((host) => lab.ruleset(host)));
  return texts.flatMap((text) => [...text.matchAll(/comment "([^"]+)"/g)].map(([, id = ""]) => id));
};

const without = ["--exclude", "**::arm", "--exclude", "**::follow"];

const unchanged = async (): Promise<void> => {
  const { exitCode, all } = await lab.pulumi("preview", "--expect-no-changes", ...without);
  assert.equal(exitCode, 0, all);
};

describe("a hospital whose edge and backup host are another Debian release", function () {
  this.timeout(900_000);
  before(() => lab.upWithoutWindow());
  after(() => lab.down());

  it("has a whole window on Debian 11, and is as declared after it", async () => {
    await isRelease("bullseye");
    await savesAll("on-debian-11");
  });

  it("boots with its tables after an upgrade in place to Debian 13: the vault is shut, services flow", async () => {
    const before = await rules();
    for (const host of hosts) {
      await layRoot(lab.id, host, "trixie", () => {});
      await rebootHost(lab.id, host);
    }
    await isRelease("trixie");
    assert.deepEqual(await rules(), before);
    assert.deepEqual(await reachesBackup(lab), []);
    await clinicalFlows();
  });

  it("comes up with the minimal ruleset where the tables do not load: the vault is shut, services flow", async () => {
    for (const host of hosts) {
      await lab.sh(
        host,
        "for file in /etc/jeda/edge.nft /etc/jeda/host.nft; do [ ! -e $file ] || echo nonsense >>$file; done",
      );
      await rebootHost(lab.id, host);
      assert.match(await lab.ruleset(host), /comment "\w+\/minimal-1"/);
    }
    assert.deepEqual(await reachesBackup(lab), []);
    await clinicalFlows();
    const { report } = await lab.run(labPlan("minimal"));
    assert.equal(report.result, "failed");
    assert.match(report.reasons.join("\n"), /minimal ruleset is in force: .*edge\.nft did not load/);
  });

  it("names what the upgrade brought to /etc and to the packages, and no other spelling of what was there", async () => {
    const { all } = await lab.pulumi("preview", ...without);
    for (const host of hosts)
      assert.match(all, new RegExp(`drift: ${host}: since its last boot the minimal`));
    const drift = [...all.matchAll(/drift: \w+: (.*)/g)].map(([, line = ""]) => line);
    // In a tree that was never upgraded libraries count as asked for.
    const brought = /^(file|directory|package|account|group) |^program \w+ is gone/;
    const damaged = / the minimal ruleset is in force, | would not load at a boot: /;
    assert.deepEqual(
      drift.filter((line) => !brought.test(line) && !damaged.test(line)),
      [],
    );
    process.env.JEDA_ACCEPT = "surroundings";
    const up = await lab.install().finally(() => delete process.env.JEDA_ACCEPT);
    assert.equal(up.exitCode, 0, up.all);
    await unchanged();
  });

  it("has the next whole window on Debian 13", async () => {
    await savesAll("on-debian-13");
    await unchanged();
  });
});
