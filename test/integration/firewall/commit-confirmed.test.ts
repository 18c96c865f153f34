import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeTransition } from "../../../src/firewall/change/transition.ts";
import { tableDrift } from "../../../src/firewall/readback/drift.ts";
import { compileHostTable } from "../../../src/firewall/tables/host-table.ts";
import { renderTable } from "../../../src/firewall/tables/table.ts";
import { sections } from "../../../src/host/edge-listing.ts";
import type { EdgeListing, TableName } from "../../../src/model/edge-protocol.ts";
import type { Hospital } from "../../../src/model/hospital.ts";
import { hospital } from "./hospital.ts";
import { isolation, LocalEdge } from "./local-edge.ts";
import { addressOf, Network } from "./network.ts";

const observing: Hospital = { ...hospital, lateral: { mode: "observe", allow: [] } };

describe("commit-confirmed by the kernel", () => {
  const network = new Network();
  const edge = new LocalEdge(network);

  before(async () => {
    await network.up();
    await network.serve("administrative", 445);
    await edge.up();
  });
  after(async () => {
    await network.down();
    await edge.down();
  });
  beforeEach(async () => {
    await edge.nft("flush", "ruleset");
  });

  const smb = () => network.tcp("clinical", `${addressOf.administrative.v4}:445`, 600);

  async function transition(from: Hospital = hospital) {
    const listing = await edge.list(from);
    const change = makeTransition(listing.tables, listing.wanted);
    assert.ok(change);
    return change;
  }

  function drift(listing: EdgeListing): string[] {
    return (["jeda", "jeda_window"] as TableName[]).flatMap((name) =>
      tableDrift(listing.wanted[name], listing.tables[name]),
    );
  }

  it("works from no tables at all: in force at once, confirmed, then steady and without drift", async () => {
    assert.equal((await edge.apply(await transition(), 30_000)).ok, true);
    assert.equal((await edge.list()).probation, true);
    assert.equal(await smb(), false);
    assert.equal((await edge.raw(["policy", "confirm"])).ok, true);
    const listing = await edge.list();
    assert.equal(listing.probation, false);
    assert.deepEqual(drift(listing), []);
    assert.equal(makeTransition(listing.tables, listing.wanted), null);
    assert.equal(await smb(), false);
  });

  it("is back on the former rules by itself when nobody confirms; the leftover is drift and can be mended", async () => {
    assert.equal((await edge.declare(observing))?.ok, true);
    assert.equal(await smb(), true);
    assert.equal((await edge.apply(await transition(), 1_500)).ok, true);
    assert.equal(await smb(), false);
    await sleep(1_500);
    assert.equal(await smb(), true);
    const listing = await edge.list(observing);
    assert.equal(listing.probation, false);
    assert.equal(drift(listing).length, 1);
    assert.match(drift(listing)[0] ?? "", /never confirmed/);
    assert.equal((await edge.declare(observing))?.ok, true);
    assert.deepEqual(drift(await edge.list(observing)), []);
  });

  it("refuses a confirmation that comes too late, and cleans up", async () => {
    assert.equal((await edge.declare(observing))?.ok, true);
    assert.equal((await edge.apply(await transition(), 1_000)).ok, true);
    await sleep(1_100);
    assert.equal((await edge.raw(["policy", "confirm"])).code, "expired");
    assert.deepEqual(drift(await edge.list(observing)), []);
    assert.equal((await edge.raw(["policy", "confirm"])).code, "pending");
  });

  it("reverts to the former text when asked to", async () => {
    assert.equal((await edge.declare(observing))?.ok, true);
    const former = (await edge.list(observing)).tables;
    assert.equal((await edge.apply(await transition(), 30_000)).ok, true);
    assert.equal((await edge.apply(await transition(), 30_000)).code, "busy");
    assert.equal((await edge.raw(["policy", "revert"])).ok, true);
    const listing = await edge.list(observing);
    assert.deepEqual(drift({ ...listing, wanted: former }), []);
    assert.equal(await smb(), true);
  });

  it("reverts to nothing where nothing was", async () => {
    assert.equal((await edge.apply(await transition(), 30_000)).ok, true);
    assert.equal((await edge.raw(["policy", "revert"])).ok, true);
    assert.deepEqual((await edge.list()).tables, { jeda: null, jeda_window: null });
  });

  it("mends a table that holds a lease in place: same elements, same end", async () => {
    assert.equal((await edge.declare(observing))?.ok, true);
    const fence = await edge.release();
    assert.equal((await edge.lease(isolation, 60_000, fence)).ok, true);
    const ends = async () => {
      const { leases, clock } = await edge.list();
      return leases.map(({ set, value, expiresMs }) => ({
        of: `${set} ${value}`,
        end: clock.bootMs + (expiresMs ?? 0),
      }));
    };
    const before = await ends();
    await edge.nft("flush chain inet jeda_window outgoing");
    await edge.nft("insert rule inet jeda_window incoming counter accept");
    assert.equal(await network.tcp("administrative", `${addressOf.internet.v4}:7`, 500), true, "sabotaged");
    const longer = { ...hospital, maxIsolationMs: 4 * 3_600_000 };
    assert.equal((await edge.declare(longer))?.ok, true);
    assert.equal(await network.tcp("administrative", `${addressOf.internet.v4}:7`, 500), false);
    assert.deepEqual(drift(await edge.list(longer)), []);
    const after = await ends();
    assert.deepEqual(
      after.map(({ of }) => of),
      before.map(({ of }) => of),
    );
    for (const [index, { end }] of after.entries()) {
      // The clock is read a moment before the listing, on a machine that may be busy.
      assert.ok(Math.abs(end - (before[index]?.end ?? 0)) < 500, `${end} is not ${before[index]?.end}`);
    }
  });

  it("never recreates a set that holds a lease, and says so", async () => {
    assert.equal((await edge.declare())?.ok, true);
    await edge.nft("flush", "table", "inet", "jeda_window");
    await edge.nft("delete set inet jeda_window isolated_v4");
    await edge.nft(
      "add set inet jeda_window isolated_v4 { type ipv4_addr; flags interval,timeout; auto-merge; timeout 3h; }",
    );
    await edge.nft("add element inet jeda_window isolated_v4 { 10.20.0.0/24 timeout 60s }");
    await assert.rejects(transition(), /isolated_v4 .* holds a running lease/);
    const forced =
      "delete set inet jeda_window isolated_v4\nadd set inet jeda probation { typeof meta nfproto; flags timeout; }\n";
    const answer = await edge.apply({ provisional: forced, confirmed: "", reverted: "" }, 5_000);
    assert.equal(answer.code, "lease");
    await edge.nft("flush set inet jeda_window isolated_v4");
    assert.equal((await edge.declare())?.ok, true);
    assert.deepEqual(drift(await edge.list()), []);
  });

  it("persists what was confirmed, with empty sets, and boots from it", async () => {
    assert.equal((await edge.declare())?.ok, true);
    const fence = await edge.release();
    assert.equal((await edge.lease(isolation, 60_000, fence)).ok, true);
    const longer = { ...hospital, maxIsolationMs: 4 * 3_600_000 };
    assert.equal((await edge.declare(longer))?.ok, true);
    const saved = await readFile(join(edge.directory, "etc/edge.nft"), "utf8");
    assert.doesNotMatch(saved, /elements|probation/);
    assert.equal((await edge.raw(["boot"])).code, "lease");
    await edge.nft("flush", "ruleset");
    assert.equal((await edge.raw(["boot"])).ok, true);
    const listing = await edge.list(longer);
    assert.deepEqual(drift(listing), []);
    assert.deepEqual(listing.leases, []);
  });

  it("does not persist what was only on probation", async () => {
    assert.equal((await edge.declare(observing))?.ok, true);
    assert.equal((await edge.apply(await transition(), 30_000)).ok, true);
    await edge.nft("flush", "ruleset");
    assert.equal((await edge.raw(["boot"])).ok, true);
    assert.deepEqual(drift(await edge.list(observing)), []);
  });

  it("begins nothing that could not be confirmed or undone, and touches no other table", async () => {
    const change = await transition();
    const broken = { ...change, confirmed: "add rule inet jeda nowhere drop\n" };
    assert.equal((await edge.apply(broken, 5_000)).code, "nft");
    const bad = [
      "flush ruleset",
      "delete table inet filter",
      "add rule inet jeda forward accept; flush ruleset",
      "add chain inet jeda forward { type filter hook forward priority 0; } ; flush ruleset",
      'include "/etc/hostname"',
      'add chain inet jeda x { include "/etc/hostname"; }',
      "add table ip jeda",
      "add rule inet jeda_host input accept",
    ];
    for (const line of bad) {
      const answer = await edge.apply({ ...change, provisional: `${change.provisional}${line}\n` }, 5_000);
      assert.equal(answer.code, "input", line);
    }
    assert.deepEqual((await edge.list()).tables, { jeda: null, jeda_window: null });
    const cut = sections({ ...change }).replace("#jeda end\n", "");
    assert.equal((await edge.raw(["policy", "apply", "5000"], cut)).code, "input");
    assert.equal((await edge.raw(["policy", "apply", "10"], sections({ ...change }))).code, "input");
  });

  it("does the same for the backup host, where the policy is drop", async () => {
    const host = new LocalEdge(network);
    await host.up();
    const onBackup = Object.assign(Object.create(network), { on: () => network.on("backup") }) as Network;
    const script = new LocalEdge(onBackup);
    script.directory = host.directory;
    const wanted = renderTable(compileHostTable(hospital));
    const list = () =>
      script.raw(["host", "list"], sections({ jeda_host: wanted })) as unknown as Promise<{
        tables: { jeda_host: string | null };
        wanted: { jeda_host: string };
      }>;
    const reach = () => network.tcp("clinical", `${addressOf.backup.v4}:7`, 500);
    const first = await list();
    const change = makeTransition(first.tables, first.wanted);
    assert.ok(change);
    const stdin = sections({ ...change });
    assert.equal(await reach(), true);
    assert.equal((await script.raw(["host", "apply", "1500"], stdin)).ok, true);
    assert.equal(await reach(), false);
    await sleep(1_500);
    assert.equal(await reach(), true, "not confirmed");
    assert.equal((await script.raw(["host", "revert"])).ok, true);
    assert.equal((await script.raw(["host", "apply", "20000"], stdin)).ok, true);
    assert.equal((await script.raw(["host", "confirm"])).ok, true);
    assert.equal(await reach(), false);
    const last = await list();
    assert.deepEqual(tableDrift(last.wanted.jeda_host, last.tables.jeda_host), []);
    assert.match(await readFile(join(host.directory, "etc/host.nft"), "utf8"), /policy drop/);
    await host.down();
  });
});
