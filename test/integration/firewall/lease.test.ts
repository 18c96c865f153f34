import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { edgeDrift } from "../../../src/firewall/readback/drift.ts";
import { handMadeLeases } from "../../../src/firewall/readback/unmanaged-leases.ts";
import { sections } from "../../../src/host/edge-listing.ts";
import { processesNaming } from "../backup/aftermath.ts";
import { hospital } from "./hospital.ts";
import { type Answer, bootFiles, isolation, LocalEdge, vaultOpen } from "./local-edge.ts";
import { addressOf, Network } from "./network.ts";

describe("the lease on a real edge", () => {
  const network = new Network();
  const edge = new LocalEdge(network);
  let fence = 0;

  before(async () => {
    await network.up();
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

  async function leased(): Promise<number> {
    return (await edge.list()).leases.length;
  }

  it("ends in the kernel at the deadline, with nothing of ours alive", async () => {
    // Long enough for a busy machine to look at it while it lasts.
    const deadline = (await edge.bootMs()) + 6_000;
    const words = ["window", "lease", await edge.bootId(), `${fence}`, `${deadline}`];
    const answer = await edge.raw(words, "isolated_if adm0\n#jeda end\n");
    assert.equal(answer.ok, true, answer.message);
    assert.ok((answer.timeoutMs ?? 0) <= 6_000);
    // One packet, never sent again, which may take its time: only the lease decides.
    const ping = () => network.sh("administrative", `ping -c 1 -W 3 ${addressOf.internet.v4}`);
    await assert.rejects(ping());
    assert.ok((await edge.bootMs()) < deadline);
    await sleep(Math.max(0, deadline - (await edge.bootMs())) + 50);
    await ping();
    assert.equal(await leased(), 0);
  });

  it("is listed with its end, which is the deadline", async () => {
    const answer = await edge.lease([...isolation, ...vaultOpen], 30_000, fence);
    assert.equal(answer.ok, true, answer.message);
    const { leases } = await edge.list();
    assert.deepEqual(
      leases.map(({ set, value }) => `${set} ${value}`),
      [...isolation, ...vaultOpen].map(({ set, value }) => `${set} ${value}`),
    );
    for (const { expiresMs } of leases)
      assert.ok(expiresMs !== null && expiresMs <= 30_000 && expiresMs > 20_000);
  });

  it("refuses what is delivered after the deadline, however long its connection stood still", async () => {
    const deadline = (await edge.bootMs()) + 1_500;
    const [command = "", ...rest] = network.on("edge");
    const words = ["sh", edge.script, "window", "lease", await edge.bootId(), `${fence}`, `${deadline}`];
    const child = spawn(command, [...rest, ...words], { env: edge.env, stdio: ["pipe", "pipe", "inherit"] });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stdin.write("isolated_if adm0\n");
    await sleep(1_000);
    child.stdin.end("#jeda end\n");
    await new Promise((resolve) => child.on("close", resolve));
    assert.equal((JSON.parse(out) as Answer).code, "deadline");
    assert.equal(await leased(), 0);
  });

  it("refuses less than a second, another boot, an old fence, and more than the maximum", async () => {
    assert.equal((await edge.lease(isolation, 900, fence)).code, "deadline");
    assert.equal((await edge.lease(isolation, -5, fence)).code, "deadline");
    assert.equal((await edge.lease(isolation, 60_000, fence - 1)).code, "fence");
    assert.equal((await edge.lease(isolation, 3 * 3_600_000 + 60_000, fence)).code, "maximum");
    const deadline = `${(await edge.bootMs()) + 60_000}`;
    const other = "00000000-0000-4000-8000-000000000000";
    const answer = await edge.raw(
      ["window", "lease", other, `${fence}`, deadline],
      "isolated_if adm0\n#jeda end\n",
    );
    assert.equal(answer.code, "boot");
    assert.equal(await leased(), 0);
  });

  it("can't come back after a release, and a release without leases is no error", async () => {
    assert.equal((await edge.lease(isolation, 60_000, fence)).ok, true);
    const raised = await edge.release();
    assert.ok(raised > fence);
    assert.equal(await leased(), 0);
    assert.equal((await edge.lease(isolation, 60_000, fence)).code, "fence");
    assert.equal((await edge.lease(isolation, 60_000, fence, "renew")).code, "fence");
    assert.ok((await edge.release()) > raised);
    assert.equal((await edge.raw(["window", "release", `${raised + 50}`])).clock?.fence, raised + 50);
  });

  it("takes up a newer fence, so that an older window can't renew", async () => {
    assert.equal((await edge.lease(isolation, 60_000, fence + 5)).ok, true);
    assert.equal((await edge.lease(isolation, 60_000, fence, "renew")).code, "fence");
  });

  it("keeps its fence over a reboot, so that a window that is still alive can't isolate what was released", async () => {
    const raised = await edge.release();
    await rm(join(edge.directory, "run"), { recursive: true, maxRetries: 20 });
    assert.equal((await edge.raw(["read", "clock"])).clock?.fence, raised);
    assert.equal((await edge.lease(isolation, 60_000, raised - 1)).code, "fence");
    assert.ok((await edge.release()) > raised);
  });

  it("counts a fence that a hand wrote, and tells it from its own", async () => {
    const raised = await edge.release();
    const byHand = async () => (await edge.list()).facts?.fencesByHand;
    assert.deepEqual(await byHand(), {});
    const file = join(edge.directory, "etc", "fence");
    await writeFile(file, `${raised + 20}\n`);
    assert.deepEqual(await byHand(), { [file]: `${raised + 20}` });
    assert.equal((await edge.lease(isolation, 60_000, raised)).code, "fence");
    assert.equal(await edge.release(), raised + 21);
    assert.deepEqual(await byHand(), {});
    const [, mark = ""] = (await readFile(file, "utf8")).trim().split(" ");
    await writeFile(file, `${raised + 400} ${mark}\n`);
    assert.deepEqual(await byHand(), { [file]: `${raised + 400}` });
    assert.equal((await edge.lease(isolation, 60_000, raised + 500)).ok, true);
    assert.deepEqual(await byHand(), {}, "what a window raises it to is its own");
  });

  describe("when a ruleset that was saved in a window is loaded again", () => {
    /** Saves while isolated, goes on as `then` says, loads it, and says what is leased `ms` later. */
    async function loadedAfter(
      then: () => Promise<unknown>,
      ms: number,
      forMs = 60_000,
    ): Promise<readonly string[]> {
      assert.equal((await edge.lease([...isolation, ...vaultOpen], forMs, fence)).ok, true);
      const file = join(edge.directory, "saved.nft");
      await writeFile(file, `flush ruleset\n${await edge.nft("list", "ruleset")}`);
      await then();
      await edge.nft("-f", file);
      await sleep(ms);
      return (await edge.list()).leases.map(({ set, value }) => `${set} ${value}`);
    }

    it("takes its leases away within a second or so after the release", async () => {
      assert.deepEqual(await loadedAfter(() => edge.release(), 2_500), []);
      assert.equal(await network.tcp("administrative", `${addressOf.internet.v4}:7`), true);
    });

    it("leaves a lease that still runs its own end, and what a hand typed to the drift check", async () => {
      const before = await edge.bootMs();
      const left = await loadedAfter(async () => {
        await sleep(1_500);
        await edge.lease(isolation, 20_000, fence, "renew");
      }, 2_500);
      assert.equal(left.length, isolation.length + vaultOpen.length);
      const { leases, clock } = await edge.list();
      for (const { set, expiresMs } of leases) {
        const end = clock.bootMs + (expiresMs ?? 1e9);
        assert.ok(end < before + (set === "vault_open" ? 61_000 : 25_000), `${set} ${end - before}`);
      }
      await edge.release();
      await edge.nft('add element inet jeda_window isolated_if { "adm0" timeout 5m }');
      await sleep(1_500);
      const [typed] = (await edge.list()).leases;
      assert.equal(typed?.grantedMs, null);
      await edge.release();
    });

    /** Until the watch has seen that it is not needed any more: every tenth second while nothing is leased. */
    async function unwatched(): Promise<void> {
      const watches = (): boolean => processesNaming(`${edge.script} watch`).length > 0;
      for (let tries = 0; tries < 1_200 && watches(); tries++) await sleep(50);
      assert.equal(watches(), false);
    }
    const reboot = async (): Promise<void> => {
      await rm(join(edge.directory, "run"), { recursive: true, maxRetries: 20 });
      assert.equal((await edge.raw(["boot"])).ok, true);
      await unwatched();
    };
    /** So short that the machine has been up for longer. */
    const shortMs = 40_000;
    const late: Readonly<Record<string, () => Promise<unknown>>> = {
      "after the edge was rebooted": reboot,
      "longer after the window than the site's maximum": async () => {
        const grants = join(edge.directory, "run", "grants");
        const longAgo = (await edge.bootMs()) - shortMs - 1_000;
        assert.ok(longAgo > 0, `the machine has been up for less than ${shortMs} ms`);
        const text = await readFile(grants, "utf8");
        await writeFile(grants, text.replaceAll(/\d+$/gm, `${longAgo}`));
        await unwatched();
      },
    };
    for (const [when, then] of Object.entries(late)) {
      it(`is seen by preflight and by drift when it comes ${when}, where no watch undoes it`, async () => {
        // A watch knows the maximum of the moment at which it began.
        await edge.release();
        await reboot();
        assert.equal((await edge.declare({ ...hospital, maxIsolationMs: shortMs }))?.ok, true);
        fence = await edge.release();
        const left = await loadedAfter(
          async () => {
            await edge.release();
            await then();
          },
          0,
          30_000,
        );
        await unwatched();
        // Preflight refuses to begin on any lease that it is listed.
        assert.equal(left.length, isolation.length + vaultOpen.length);
        const listing = await edge.list();
        for (const { lease, why } of handMadeLeases(listing, null)) {
          assert.match(why, /was put there by hand, by no window/, lease.value);
        }
        assert.equal(handMadeLeases(listing, null).length, left.length);
        const said = edgeDrift(listing, { maxIsolationMs: shortMs, leasesExpected: false });
        assert.ok(
          said.some((line) => line.includes("isolated_if adm0")),
          said.join("\n"),
        );
        await edge.release();
        assert.equal((await edge.declare())?.ok, true);
      });
    }

    it("is cleared at the next boot", async () => {
      await loadedAfter(() => edge.release(), 0);
      await rm(join(edge.directory, "run"), { recursive: true, maxRetries: 20 });
      assert.equal((await edge.raw(["boot"])).ok, true);
      assert.equal(await leased(), 0);
    });
  });

  it("takes all the delays of a busy edge off a lease, not only the last one", async () => {
    const steady = await readFile(edge.script, "utf8");
    // Between computing what is left and loading it the script stands still, for 0.3 s and then for 0.6 s each time.
    const load = '  nft_do -f "$work/lease.nft"';
    const stall = "  stood=$(($" + "{stood:-0} + 3)); [ $stood -le 6 ] || stood=6; sleep 0.$stood";
    const slow = steady.replace(load, `${stall}\n${load}`);
    assert.notEqual(slow, steady);
    await writeFile(edge.script, slow, { mode: 0o755 });
    try {
      const before = await edge.bootMs();
      const answer = await edge.lease(isolation, 30_000, fence);
      assert.equal(answer.ok, true, answer.message);
      const { leases, clock } = await edge.list();
      assert.equal(leases.length, isolation.length);
      for (const { value, expiresMs } of leases) {
        const late = clock.bootMs + (expiresMs ?? 1e9) - (before + 30_000);
        // The deadline was computed after `before`, by however long the question took.
        assert.ok(late < 1_000, `${value} ends ${late} ms after the deadline`);
      }
    } finally {
      await writeFile(edge.script, steady, { mode: 0o755 });
    }
  });

  describe("when a clock of the edge jumps", () => {
    let steady = "";
    let jumps = { boot: 0, wall: 0 };
    const files = () => ({
      boot: join(edge.directory, "boot-jump"),
      wall: join(edge.directory, "wall-jump"),
    });

    /** The script's clocks are the edge's own but for the jumps, milliseconds, which stand in files. */
    async function jump(by: Partial<typeof jumps>): Promise<void> {
      jumps = { boot: jumps.boot + (by.boot ?? 0), wall: jumps.wall + (by.wall ?? 0) };
      await writeFile(files().boot, `${jumps.boot}\n`);
      await writeFile(files().wall, `${jumps.wall}\n`);
    }
    const longest = async () =>
      Math.max(...(await edge.list()).leases.map(({ expiresMs }) => expiresMs ?? 1e9));
    const lease = async (deadline: number, verb: string) => {
      const text = [...isolation.map(({ set, value }) => `${set} ${value}`), "#jeda end", ""].join("\n");
      return edge.raw(["window", verb, await edge.bootId(), `${fence}`, `${deadline}`], text);
    };
    let deadline = 0;

    before(async () => {
      steady = await readFile(edge.script, "utf8");
      const { boot, wall } = files();
      const jumped = `awk -v by="$(cat ${boot})" '{ printf "%.2f 0.00\\n", $1 + by / 1000 }' /proc/uptime`;
      const own = steady
        .replace("</proc/uptime\n", () => `<<EOF\n$(${jumped})\nEOF\n`)
        .replace("wall=$(date +%s%3N)", () => `wall=$(($(date +%s%3N) + $(cat ${wall})))`);
      assert.equal(own.includes(boot) && own.includes(wall), true);
      await jump({});
      await writeFile(edge.script, own, { mode: 0o755 });
    });
    after(async () => {
      await writeFile(edge.script, steady, { mode: 0o755 });
    });
    beforeEach(async () => {
      jumps = { boot: 0, wall: 0 };
      await jump({});
      deadline = (await edge.raw(["read", "clock"])).clock?.bootMs ?? 0;
      deadline += 600_000;
      const { ok, message } = await lease(deadline, "lease");
      assert.equal(ok, true, message);
    });

    it("the boot clock back: a renewal lasts no longer than what was left", async () => {
      await jump({ boot: -1_000_000 });
      assert.equal((await lease(deadline, "renew")).ok, true);
      assert.ok((await longest()) <= 600_000, `${await longest()} ms`);
      assert.equal((await lease(deadline, "renew")).ok, true);
      assert.ok((await longest()) <= 600_000, `${await longest()} ms`);
    });

    it("the boot clock back: ten renewals end when the first did", async () => {
      await jump({ boot: -1_000_000 });
      assert.equal((await lease(deadline, "renew")).ok, true);
      const end = (await longest()) + Date.now();
      for (let renewal = 0; renewal < 10; renewal++) {
        assert.equal((await lease(deadline, "renew")).ok, true);
      }
      const from = Date.now();
      const later = (await longest()) + from - end;
      assert.ok(later <= 0, `${later} ms later`);
    });

    it("the boot clock back: an extension adds what it was granted, and no more", async () => {
      await jump({ boot: -1_000_000 });
      assert.equal((await lease(deadline + 300_000, "renew")).ok, true);
      const left = await longest();
      assert.ok(left <= 900_000 && left > 610_000, `${left} ms`);
    });

    it("the boot clock back, and somebody empties the sets: the wall clock says what was left", async () => {
      await jump({ boot: -1_000_000, wall: 200_000 });
      for (const set of ["isolated_if", "isolated_v4", "isolated_v6"]) {
        await edge.nft("flush", "set", "inet", "jeda_window", set);
      }
      assert.equal((await lease(deadline, "lease")).ok, true);
      assert.ok((await longest()) <= 400_000, `${await longest()} ms`);
    });

    it("the boot clock forward: the lease ends earlier, or is not given", async () => {
      await jump({ boot: 300_000 });
      assert.equal((await lease(deadline, "renew")).ok, true);
      assert.ok((await longest()) <= 300_000, `${await longest()} ms`);
      await jump({ boot: 3_600_000 });
      assert.equal((await lease(deadline, "renew")).code, "deadline");
    });

    it("the wall clock, either way: nothing, while the kernel holds the lease", async () => {
      for (const wall of [-3_600_000, 7_200_000]) {
        await jump({ wall });
        assert.equal((await lease(deadline, "renew")).ok, true);
        const left = await longest();
        assert.ok(left <= 600_000 && left > 50_000, `${left} ms`);
      }
    });
  });

  it("takes and renews thousands of prefixes, and leaves those of others their own end", async () => {
    const prefixes = Array.from({ length: 2_000 }, (_, index) => ({
      set: "isolated_v4" as const,
      value: `10.${100 + (index >> 8)}.${index & 255}.0/25`,
    }));
    const other = [{ set: "isolated_v4", value: "10.20.0.0/24" }] as const;
    assert.equal((await edge.lease(other, 500_000, fence)).ok, true);
    assert.equal((await edge.lease(prefixes, 1_200_000, fence)).ok, true);
    assert.equal((await edge.lease(prefixes, 1_100_000, fence, "renew")).ok, true);
    const { leases } = await edge.list();
    assert.equal(leases.length, prefixes.length + 1);
    for (const { value, expiresMs } of leases) {
      const most = value === "10.20.0.0/24" ? 500_000 : 1_100_000;
      assert.ok(expiresMs !== null && expiresMs <= most && expiresMs > most / 2, `${value} ${expiresMs}`);
    }
    fence = await edge.release();
    assert.equal(await leased(), 0);
  });

  it("shuts the vault and leaves the isolation", async () => {
    await edge.lease([...isolation, ...vaultOpen], 60_000, fence);
    assert.equal((await edge.raw(["window", "shut"])).ok, true);
    assert.deepEqual(
      [...new Set((await edge.list()).leases.map(({ set }) => set))],
      isolation.map(({ set }) => set),
    );
  });

  it("renews to a nearer and a farther end without letting one packet through", async () => {
    await edge.nft("add table inet witness");
    await edge.nft("add chain inet witness post { type filter hook postrouting priority 0; }");
    await edge.nft('add rule inet witness post iifname "adm0" oifname "wan0" counter');
    const passed = async () =>
      Number(/packets (\d+)/.exec(await edge.nft("list", "table", "inet", "witness"))?.[1]);
    const flood = network.start("administrative", ["ping", "-f", "-i", "0.002", addressOf.internet.v4]);
    await sleep(200);
    assert.ok((await passed()) > 10, "the witness must see packets before the isolation");
    assert.equal((await edge.lease(isolation, 60_000, fence)).ok, true);
    await sleep(20);
    const before = await passed();
    for (let turn = 0; turn < 12; turn++) {
      assert.equal((await edge.lease(isolation, turn % 2 ? 20_000 : 60_000, fence, "renew")).ok, true);
    }
    assert.equal(await passed(), before);
    flood.kill("SIGKILL");
    await edge.nft("delete", "table", "inet", "witness");
  });

  it("holds neighbouring prefixes and single addresses apart, each with its own end", async () => {
    const near = [
      { set: "isolated_v4", value: "10.20.0.0/25" },
      { set: "isolated_v6", value: "2001:db8:20::5/128" },
    ] as const;
    const far = [
      { set: "isolated_v4", value: "10.20.0.128/25" },
      { set: "isolated_v4", value: "10.30.0.7/32" },
    ] as const;
    assert.equal((await edge.lease(near, 10_000, fence)).ok, true);
    assert.equal((await edge.lease(far, 60_000, fence)).ok, true);
    const ends = new Map((await edge.list()).leases.map(({ value, expiresMs }) => [value, expiresMs ?? 0]));
    assert.ok((ends.get("10.20.0.0/25") ?? 1e9) <= 10_000);
    assert.ok((ends.get("10.20.0.128/25") ?? 0) > 50_000);
    assert.ok((ends.get("10.30.0.7") ?? 0) > 50_000);
  });

  it("refuses overlapping or badly written elements, and then holds none of them", async () => {
    const boot = await edge.bootId();
    const deadline = `${(await edge.bootMs()) + 60_000}`;
    const bad = [
      "isolated_if adm0",
      "#jeda end\n",
      "isolated_if adm0;reboot\n#jeda end\n",
      'isolated_if "adm0"\n#jeda end\n',
      "isolated_if adm0 timeout 0s\n#jeda end\n",
      "isolated_v4 0.0.0.0/0\n#jeda end\n",
      "isolated_v4 10.20.0.9/24\n#jeda end\n",
      "isolated_v4 10.20.0.0/33\n#jeda end\n",
      "isolated_v4 ten.example.org\n#jeda end\n",
      "isolated_v6 ::/0\n#jeda end\n",
      "isolated_v6 10.20.0.0/24\n#jeda end\n",
      "vault_open ipv5\n#jeda end\n",
      "probation ipv4\n#jeda end\n",
      "isolated_v4 10.20.0.0/24\nisolated_v4 10.20.0.0/25\n#jeda end\n",
      "isolated_v4 $(reboot)\n#jeda end\n",
    ];
    for (const stdin of bad) {
      const answer = await edge.raw(["window", "lease", boot, `${fence}`, deadline], stdin);
      assert.equal(answer.ok, false, stdin);
      assert.equal(await leased(), 0, stdin);
    }
    const words: string[][] = [
      ["lease", boot, "01", deadline],
      ["lease", boot, "1e3", deadline],
      ["lease", boot, `${fence}`, "99999999999999999999"],
      ["lease", boot, `${fence}`, `-${deadline}`],
      ["lease", "../../etc", `${fence}`, deadline],
      ["lease", boot, `${fence}`],
      ["release"],
      ["release", "-1"],
      ["apply", "1000"],
      ["install", "0".repeat(64)],
      ["boot"],
      ["sh"],
      [],
    ];
    for (const word of words) {
      const answer = await edge.raw(["window", ...word], "isolated_if adm0\n#jeda end\n");
      assert.equal(answer.ok, false, word.join(" "));
    }
    assert.equal(await leased(), 0);
  });

  it("keeps each key to its verbs, and believes no environment over SSH", async () => {
    for (const mode of ["read", "policy"]) {
      for (const verb of ["lease", "renew", "release", "shut"]) {
        assert.equal((await edge.raw([mode, verb])).code, "verb");
      }
    }
    assert.equal((await edge.raw(["read"], "", { SSH_ORIGINAL_COMMAND: "apply 1000" })).code, "verb");
    assert.equal((await edge.raw(["host", "list"], "", { SSH_ORIGINAL_COMMAND: "list" })).code, "mode");
    assert.equal((await edge.raw(["window"], "", { SSH_ORIGINAL_COMMAND: "release $(id)" })).code, "input");
    assert.equal((await edge.raw(["window"], "", { SSH_ORIGINAL_COMMAND: "release *" })).code, "input");
  });

  it("says no release where nft can't say what a set holds", async () => {
    assert.equal((await edge.lease(isolation, 60_000, fence)).ok, true);
    const bin = join(edge.directory, "bin");
    await mkdir(bin);
    await writeFile(
      join(bin, "nft"),
      `#!/bin/sh\ncase "$*" in *"list set"*) echo "Error: Operation not permitted" >&2; exit 1 ;; esac\nexec /usr/sbin/nft "$@"\n`,
      { mode: 0o755 },
    );
    const steady = await readFile(edge.script, "utf8");
    try {
      await writeFile(edge.script, steady.replace("\nPATH=", `\nPATH=${bin}:`), { mode: 0o755 });
      for (const words of [["release", "0"], ["shut"]]) {
        const answer = await edge.raw(["window", ...words]);
        assert.equal(answer.code, "nft", JSON.stringify(answer));
        assert.match(answer.message ?? "", /can't be listed: .*Operation not permitted/);
      }
    } finally {
      await writeFile(edge.script, steady, { mode: 0o755 });
    }
    // Their grants have ended: the watch takes them away.
    for (let tries = 0; tries < 50 && (await leased()) > 0; tries++) await sleep(100);
    assert.equal(await leased(), 0);
  });

  it("keeps the file for the next boot when a hand has emptied the ruleset", async () => {
    const file = join(edge.directory, "etc", "edge.nft");
    const before = await readFile(file, "utf8");
    await edge.nft("flush", "ruleset");
    const answer = await edge.raw(["policy", "persist"], sections({ ...bootFiles() }));
    assert.equal(answer.code, "table", JSON.stringify(answer));
    assert.equal(await readFile(file, "utf8"), before);
    assert.equal((await edge.declare())?.ok, true);
  });

  it("refuses to lease when the table is gone, and releases all the same", async () => {
    await edge.nft("flush", "ruleset");
    assert.equal((await edge.lease(isolation, 60_000, fence)).code, "table");
    assert.ok((await edge.release()) > fence);
    assert.equal((await edge.declare())?.ok, true);
  });
});
