import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { labCredentials } from "../../lab/access/credentials.ts";
import type { Report } from "../../src/model/report.ts";
import { repository } from "../../toolchain/paths.ts";
import type { Attempt } from "./packets.ts";
import { watchElements } from "./watching.ts";
import { dropWholeWindow, type WholeWindow, wholeWindow } from "./whole-window.ts";
import { describePasswords } from "./window-secrets.ts";

/** A packet on its way, and the moment that a busy machine takes to notice it. */
const marginMs = 1_000;

/** On a busy machine `nft monitor` is read late: the segments are back before its line has been seen. */
const lagMs = 2_000;

describe("a whole window", function () {
  // A lab, a preview and a window of up to six minutes: only what hangs is ended.
  this.timeout(720_000);
  after(dropWholeWindow);
  let whole: WholeWindow;
  let report: Report;
  /** By the kernel's own word: from the first isolating element to the release. */
  let isolated: { readonly from: number; readonly to: number };

  before(async () => {
    whole = await wholeWindow();
    assert.equal(whole.up.exitCode, 0, whole.up.all);
    report = await whole.lab.report(whole.window);
    const moments = (verb: string) =>
      whole.kernel.filter(({ text }) => text.startsWith(`${verb} element inet jeda_window isolated_if`));
    isolated = { from: moments("add")[0]?.at ?? 0, to: moments("delete").at(-1)?.at ?? 0 };
    assert.ok(isolated.to - isolated.from > 3 * marginMs, "the kernel was never seen to isolate");
  });

  const during = (attempts: readonly Attempt[], name: string): readonly Attempt[] =>
    attempts.filter(
      (one) => one.name === name && one.began > isolated.from + marginMs && one.ended < isolated.to - lagMs,
    );
  const outside = (attempts: readonly Attempt[], name: string): readonly Attempt[] =>
    attempts.filter(
      (one) => one.name === name && (one.ended < isolated.from || one.began > isolated.to + marginMs),
    );

  describePasswords(() => whole);

  describe("from its start to its end", () => {
    it("ends ok, by a report that its schema describes", () => {
      assert.equal(report.result, "ok", report.reasons.join("; "));
      assert.deepEqual(report.reasons, []);
      const schema = JSON.parse(readFileSync(`${repository}/schemas/report.schema.json`, "utf8"));
      const validate = new Ajv2020({ allErrors: true, strict: false, validateFormats: false }).compile(
        schema,
      );
      assert.ok(validate(report), JSON.stringify(validate.errors));
    });

    it("isolates and reconnects when the report says, before the deadline, by the kernel's word", () => {
      const cut = report.segments.filter(({ isolatedAt }) => isolatedAt !== null);
      assert.deepEqual(cut.map(({ name }) => name).sort(), ["administrative", "guest"]);
      for (const { isolatedAt, reconnectedAt } of cut) {
        assert.ok(Math.abs(Date.parse(isolatedAt ?? "") - isolated.from) < 3 * marginMs, String(isolatedAt));
        assert.ok(
          Math.abs(Date.parse(reconnectedAt ?? "") - isolated.to) < 3 * marginMs,
          String(reconnectedAt),
        );
      }
      const { reconnectBy, reconnectedAt } = report.deadlines;
      assert.ok(isolated.to < Date.parse(reconnectBy));
      assert.ok(Date.parse(reconnectedAt ?? "") < Date.parse(reconnectBy));
    });

    it("lets a connection that was open before carry nothing, IPv4 and IPv6", () => {
      for (const host of ["office", "administrative"] as const) {
        for (const name of ["held v4", "held v6"]) {
          assert.ok(outside(whole.packets[host], name).length > 0, `${name} from ${host} never worked`);
          assert.deepEqual(during(whole.packets[host], name), [], `${name} from ${host}`);
        }
      }
    });

    it("lets no new connection through, and all of them again afterwards", () => {
      for (const name of ["fresh v4", "fresh v6"]) {
        const tried = during(whole.packets.office, name);
        assert.ok(tried.length > 0);
        assert.deepEqual(
          tried.filter(({ ok }) => ok),
          [],
        );
        const after = whole.packets.office.filter((one) => one.name === name && one.began > isolated.to);
        assert.ok(
          after.some(({ ok }) => ok),
          `${name} never came back`,
        );
      }
      const dropped = [...whole.counted.matchAll(/counter packets (\d+) bytes \d+ drop comment "([^"]+)"/g)]
        .filter(([, packets]) => Number(packets) > 0)
        .map(([, , rule]) => rule);
      assert.ok(dropped.includes("destination/undeclared"), whole.counted);
      assert.ok(dropped.includes("vault/shut"), whole.counted);
    });

    it("never stops the clinical service, nor its way to the internet", () => {
      for (const name of ["health v4", "health v6", "fresh v4", "fresh v6"]) {
        const tried = whole.packets.ward.filter((one) => one.name === name);
        assert.ok(tried.length > 20);
        assert.deepEqual(
          tried.filter(({ ok }) => !ok),
          [],
          name,
        );
      }
    });

    it("lets nobody reach the backup host, neither before, nor after, nor while its vault is open", () => {
      assert.deepEqual(whole.reachedBefore, []);
      assert.deepEqual(whole.reachedAfter, []);
      for (const host of ["office", "ward"] as const) {
        const tried = whole.packets[host].filter(({ name }) => name.startsWith("vault"));
        assert.ok(tried.length > 20);
        assert.deepEqual(
          tried.filter(({ ok }) => ok),
          [],
        );
      }
    });

    it("reports what plain restic finds", async () => {
      const restic = (what: string) =>
        whole.lab.sh(
          "backup",
          `umask 077; f=$(mktemp); cat >$f; restic -q -r /srv/jeda/repository --no-lock --password-file $f ${what}; c=$?; rm $f; exit $c`,
          `${labCredentials.repository.password}\n`,
        );
      const snapshots = JSON.parse(await restic("snapshots --json")) as readonly {
        readonly id: string;
        readonly tags: readonly string[];
      }[];
      assert.equal(report.sources.length, 2);
      for (const source of report.sources) {
        assert.equal(source.verified, true);
        // There may be more of them: an attempt that made no whole snapshot is repeated.
        const tags = snapshots.find(({ id }) => id === source.snapshot)?.tags ?? [];
        assert.ok(tags.includes(`source:${source.name}`), JSON.stringify(snapshots));
        assert.ok(tags.includes(`window:${whole.window}`));
        const stats = JSON.parse(await restic(`stats --json --mode restore-size ${source.snapshot}`));
        assert.equal(stats.total_size, source.bytes);
        const files = (await restic(`ls --json ${source.snapshot}`))
          .split("\n")
          .filter((line) => line.includes('"type":"file"')).length;
        assert.equal(files, source.kind === "smb" ? source.items : 1);
      }
      await restic("check --read-data");
    });

    it("reports what the database and the ward hold: no acknowledged record is lost", async () => {
      const query = (sql: string) =>
        whole.lab.sh("clinical", `mariadb --socket=/run/mysqld/mysqld.sock -NB simrs -e '${sql}'`);
      const entered = Number(await query("SELECT COUNT(*) FROM entri"));
      const witness = JSON.parse(await whole.lab.sh("ward", "curl -fsS http://127.0.0.1:8080/records")) as {
        readonly acknowledged: number;
      };
      assert.ok(entered > 0);
      assert.ok(witness.acknowledged <= entered);
      const { records } = report;
      assert.ok(records !== null && records.acknowledged > 0);
      assert.equal(records.lost, 0);
      assert.ok(records.acknowledged <= records.stored && records.stored <= entered);
      const tables = (await query('SHOW FULL TABLES WHERE Table_type = "BASE TABLE"')).split("\n");
      let others = 0;
      for (const table of tables.map((line) => line.split("\t")[0]).filter((name) => name !== "entri")) {
        others += Number(await query(`SELECT COUNT(*) FROM ${table}`));
      }
      const saved = report.sources.find(({ kind }) => kind === "mariadb")?.items ?? 0;
      assert.ok(
        saved - others > 0 && saved - others <= entered,
        `${saved} saved, ${others} and ${entered} there`,
      );
    });

    it("shows the essentials by stack output", async () => {
      const { stdout, exitCode } = await whole.lab.pulumi("stack", "output", "--json");
      assert.equal(exitCode, 0);
      const { window, windowId } = JSON.parse(stdout);
      assert.equal(windowId, whole.window);
      assert.equal(window.result, "ok");
      assert.deepEqual(window.isolated, ["administrative", "guest"]);
      assert.equal(window.records.lost, 0);
      for (const { name, snapshot } of report.sources) assert.equal(window.snapshots[name], snapshot);
    });

    it("is not run again: a second up changes nothing and isolates nothing", async () => {
      const elements = watchElements(whole.lab);
      try {
        const up = await whole.lab.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
        assert.equal(up.exitCode, 0, up.all);
        const preview = await whole.lab.pulumi("preview", "--expect-no-changes");
        assert.equal(preview.exitCode, 0, preview.all);
        const refresh = await whole.lab.pulumi("refresh", "--preview-only", "--expect-no-changes");
        assert.equal(refresh.exitCode, 0, refresh.all);
      } finally {
        await elements.stop();
      }
      assert.deepEqual(elements.seen, []);
    });

    it("shows a rule that was deleted by hand, and puts it back without another window", async () => {
      const handle = /drop comment "vault\/shut" # handle (\d+)/.exec(
        await whole.lab.sh("edge", "nft -a list table inet jeda_window"),
      )?.[1];
      await whole.lab.sh("edge", `nft delete rule inet jeda_window vault handle ${handle}`);
      const preview = await whole.lab.pulumi("preview", "--diff");
      assert.equal(preview.exitCode, 0, preview.all);
      assert.match(preview.all, /vault\/shut/);
      const expecting = await whole.lab.pulumi("preview", "--expect-no-changes");
      assert.equal(expecting.exitCode, 7, expecting.all);
      const elements = watchElements(whole.lab);
      const up = await whole.lab.pulumi("up", "--yes", "--skip-preview");
      await elements.stop();
      assert.equal(up.exitCode, 0, up.all);
      assert.match(await whole.lab.ruleset("edge"), /drop comment "vault\/shut"/);
      assert.deepEqual(
        elements.seen.filter(({ text }) => / (isolated|vault)_/.test(text)),
        [],
      );
    });

    it("leaves the backup host's firewall when the stack is destroyed", async () => {
      const destroy = await whole.lab.pulumi("destroy", "--yes", "--skip-preview");
      assert.equal(destroy.exitCode, 0, destroy.all);
      assert.doesNotMatch(await whole.lab.ruleset("edge"), /jeda/);
      assert.match(await whole.lab.ruleset("backup"), /table inet jeda_host/);
    });
  });
});
