import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { edgeScriptText } from "../../../src/firewall/edge/edge-script.ts";
import { compileHostTable } from "../../../src/firewall/tables/host-table.ts";
import { minimalHost } from "../../../src/firewall/tables/minimal-table.ts";
import { renderTable } from "../../../src/firewall/tables/table.ts";
import { ownFirewall } from "../../../src/host/own-firewall.ts";
import { systemClock } from "../../../src/window/clocks/clock.ts";
import { guardHostFirewall } from "../../../src/window/runner/supervision/host-firewall-guard.ts";
import { hospital } from "../firewall/hospital.ts";

describe("the backup host's own firewall while a window runs", function () {
  this.timeout(60_000);
  let directory: string;
  let holder: ChildProcess;
  let within: string[];
  const notes: string[] = [];
  const firewall = () => {
    const [kept, script, why] = ["etc/host.nft", "firewall", "run/fallback"].map((at) => join(directory, at));
    return ownFirewall(within, kept, script, why);
  };

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "jeda-own-"));
    mkdirSync(join(directory, "etc"));
    writeFileSync(join(directory, "firewall"), edgeScriptText(), { mode: 0o755 });
    writeFileSync(join(directory, "etc/host.nft"), renderTable(compileHostTable(hospital)));
    holder = spawn("unshare", ["--net", "sh", "-c", "echo up; exec sleep 60"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    assert.ok(holder.stdout !== null);
    await once(holder.stdout, "data");
    const places = [`JEDA_RUN=${join(directory, "run")}`, `JEDA_ETC=${join(directory, "etc")}`];
    within = ["nsenter", `--net=/proc/${holder.pid}/ns/net`, "--", "env", ...places];
  });

  after(() => {
    holder.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  });

  /** Until what is asked holds; false after ten seconds. */
  async function soon(holds: () => Promise<boolean> | boolean): Promise<boolean> {
    for (let tries = 0; tries < 200; tries++) {
      if (await holds()) return true;
      await sleep(50);
    }
    return false;
  }

  /** The guard at work after a flush, where the file for the boot does not load any more. */
  async function guardedWithoutRuleset() {
    writeFileSync(join(directory, "etc/host.nft"), "no ruleset\n");
    const own = firewall();
    assert.ok(own !== null);
    await execa("nsenter", [...within.slice(1), "nft", "flush", "ruleset"]);
    notes.length = 0;
    const over = new AbortController();
    const guard = guardHostFirewall(own, systemClock(), (text) => notes.push(text), over.signal);
    return { own, over, guard };
  }

  it("is loaded again after somebody's flush, said once each time, and left alone while it locks", async () => {
    const own = firewall();
    assert.ok(own !== null);
    await own.load();
    assert.equal(await own.locks(), true);
    const over = new AbortController();
    const guard = guardHostFirewall(own, systemClock(), (text) => notes.push(text), over.signal);
    try {
      for (const [index, by] of ["flush ruleset", "delete table inet jeda_host"].entries()) {
        await execa("nsenter", [...within.slice(1), "nft", ...by.split(" ")]);
        assert.equal(await soon(() => own.locks()), true, by);
        assert.equal(await soon(() => notes.length === index + 1), true, notes.join("\n"));
      }
    } finally {
      over.abort();
      await guard;
    }
    assert.match(notes[0] ?? "", /inet jeda_host, was gone: it was loaded again/u);
  });

  it("loads the minimal ruleset where its own does not load any more, and says why once", async () => {
    writeFileSync(join(directory, "etc/host-minimal.nft"), minimalHost(hospital));
    const { own, over, guard } = await guardedWithoutRuleset();
    try {
      assert.equal(await soon(() => own.locks()), true);
      assert.equal(await soon(() => notes.length === 2), true, notes.join("\n"));
      await sleep(1_500);
    } finally {
      over.abort();
      await guard;
    }
    assert.match(notes.at(-1) ?? "", /minimal ruleset, .*host\.nft did not load: .*To mend it: pulumi up/u);
    assert.equal(notes.length, 2, notes.join("\n"));
    rmSync(join(directory, "etc/host-minimal.nft"));
  });

  it("says once that it can't be loaded again", async () => {
    const { over, guard } = await guardedWithoutRuleset();
    assert.equal(await soon(() => notes.length > 0), true);
    await sleep(1_200);
    over.abort();
    await guard;
    assert.equal(notes.length, 1, notes.join("\n"));
    assert.match(notes[0] ?? "", /can't be loaded again/u);
  });

  it("is nobody's concern on a host that never had it", () => {
    assert.equal(ownFirewall([], join(directory, "etc/none.nft")), null);
  });
});
