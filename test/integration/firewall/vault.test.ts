import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { compileHostTable } from "../../../src/firewall/tables/host-table.ts";
import { renderTable } from "../../../src/firewall/tables/table.ts";
import { hospital } from "./hospital.ts";
import { isolation, LocalEdge, vaultOpen } from "./local-edge.ts";
import { addressOf, type HostName, Network } from "./network.ts";

const run = promisify(execFile);
const families = ["v4", "v6"] as const;

describe("the vault's two locks", () => {
  const network = new Network();
  const edge = new LocalEdge(network);
  let fence = 0;

  before(async () => {
    await network.up();
    await network.serve("backup", 22);
    await network.serve("administrative", 445);
    // Speaks first, and again and again: what an old session of the source would do.
    network.start("backup", [
      "socat",
      "TCP6-LISTEN:9,fork,reuseaddr,ipv6only=0",
      "SYSTEM:while sleep 0.1; do echo tick; done",
    ]);
    await edge.up();
    assert.equal((await edge.declare())?.ok, true);
  });
  after(async () => {
    await network.down();
    await edge.down();
  });
  beforeEach(async () => {
    fence = await edge.release();
  });

  async function expect(
    from: HostName,
    to: keyof typeof addressOf,
    port: number,
    open: boolean,
  ): Promise<void> {
    for (const family of families) {
      const target = `${addressOf[to][family]}:${port}`;
      assert.equal(await network.tcp(from, target, open ? 2_000 : 500), open, `${from} -> ${target}`);
    }
  }

  it("is shut by default, but for the control path", async () => {
    for (const from of ["administrative", "clinical", "internet"] as const) {
      await expect(from, "backup", 7, false);
      await expect(from, "backup", 22, false);
    }
    await expect("backup", "administrative", 7, false);
    await expect("backup", "internet", 7, false);
    await expect("ops", "backup", 7, false);
    await expect("backup", "ops", 7, false);
    await expect("ops", "backup", 22, true);
  });

  it("opens outward only, to declared segments, also to one that is isolated", async () => {
    assert.equal((await edge.lease([...isolation, ...vaultOpen], 120_000, fence)).ok, true);
    await expect("backup", "administrative", 7, true);
    await expect("backup", "administrative", 445, true);
    await expect("backup", "clinical", 7, true);
    await expect("backup", "internet", 7, false);
    for (const from of ["administrative", "clinical", "internet"] as const) {
      await expect(from, "backup", 7, false);
      await expect(from, "backup", 22, false);
    }
  });

  it("opens one family without the other", async () => {
    assert.equal((await edge.lease(vaultOpen.slice(0, 1), 60_000, fence)).ok, true);
    assert.equal(await network.tcp("backup", `${addressOf.clinical.v4}:7`), true);
    assert.equal(await network.tcp("backup", `${addressOf.clinical.v6}:7`), false);
  });

  it("lets ICMP errors about the backup host's own connections in", async () => {
    assert.equal((await edge.lease(vaultOpen, 60_000, fence)).ok, true);
    // Nothing listens there: only the "port unreachable" that comes back turns into this error.
    const said = await network.sh(
      "backup",
      `(echo x; sleep 0.3; echo y; sleep 1) | socat -u - UDP:${addressOf.clinical.v4}:9 2>&1 || true`,
    );
    assert.match(said, /Connection refused/);
  });

  it("does not revive a session that a source opened before, not even when the backup host speaks first", async () => {
    await edge.nft("flush", "ruleset");
    const session = network.hold("administrative", `${addressOf.backup.v4}:9`);
    const ticks = async () => {
      const before = session.received.length;
      await sleep(600);
      return session.received.length > before;
    };
    await sleep(300);
    assert.equal(await ticks(), true, "before");
    assert.equal((await edge.declare())?.ok, true);
    assert.equal(await ticks(), false, "shut");
    assert.equal((await edge.lease(vaultOpen, 60_000, fence)).ok, true);
    assert.equal(await ticks(), false, "open");
    session.close();
  });

  it("cuts the backup host's own sessions when it shuts, and keeps the control path's", async () => {
    assert.equal((await edge.lease(vaultOpen, 60_000, fence)).ok, true);
    const control = network.hold("ops", `${addressOf.backup.v6}:22`);
    const reading = network.hold("backup", `${addressOf.administrative.v4}:445`);
    assert.equal(await control.exercise(2_000), true);
    assert.equal(await reading.exercise(2_000), true);
    assert.equal((await edge.raw(["window", "shut"])).ok, true);
    assert.equal(await reading.exercise(600), false);
    assert.equal(await control.exercise(2_000), true);
    control.close();
    reading.close();
  });

  it("holds on the backup host when the edge has no rules at all", async () => {
    const file = join(edge.directory, "host.nft");
    await writeFile(file, renderTable(compileHostTable(hospital)));
    const [command = "", ...words] = [...network.on("backup"), "nft", "-f", file];
    await run(command, words);
    await edge.nft("flush", "ruleset");
    for (const from of ["administrative", "clinical", "internet"] as const) {
      await expect(from, "backup", 7, false);
      await expect(from, "backup", 22, false);
    }
    await expect("ops", "backup", 7, false);
    await expect("ops", "backup", 22, true);
    await expect("backup", "administrative", 445, true);
    await network.sh("backup", "ip -6 neigh flush dev eth0; ping -6 -c 1 -W 3 2001:db8:50::1");
  });
});
