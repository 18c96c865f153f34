/** A tiny lab of a test's own, with what a test of a window needs: Pulumi, the runner, and looking past both. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { pulumiEnvironment } from "../../commands/environment.ts";
import { ensureStack } from "../../commands/stack.ts";
import { opsCommand } from "../../lab/access/ops.ts";
import { labSh } from "../../lab/access/shell.ts";
import { labDown } from "../../lab/down.ts";
import type { LabHost } from "../../lab/hospital.ts";
import { namespacePath } from "../../lab/machines/namespaces.ts";
import type { HostReleases } from "../../lab/roots/host-root.ts";
import { stateDir } from "../../lab/state.ts";
import { labUp } from "../../lab/up.ts";
import { loadFromStackFile } from "../../src/config/load.ts";
import type { JournalEntry } from "../../src/model/journal.ts";
import type { WindowPlan } from "../../src/model/plan.ts";
import type { Report } from "../../src/model/report.ts";
import { makePlan } from "../../src/window/plan/make-plan.ts";
import { repository } from "../../toolchain/paths.ts";

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  /** Both, as they came. */
  readonly all: string;
  readonly exitCode: number;
}

/** Nothing in here takes longer, however busy the machine is. */
const longestMs = 240_000;

export class WindowLab {
  readonly id: string;
  readonly systemd: readonly LabHost[];
  readonly releases: HostReleases;

  /**
   * @param systemd hosts that systemd boots
   * @param releases hosts of another Debian release than this machine's
   */
  constructor(id: string, systemd: readonly LabHost[] = [], releases: HostReleases = {}) {
    this.id = id;
    this.systemd = systemd;
    this.releases = releases;
  }

  /** The hospital alone. */
  async up(): Promise<void> {
    const { id, systemd, releases } = this;
    await labUp({ id, size: "tiny", systemd, releases, log: () => {} });
    await ensureStack("lab", this.id);
  }

  /** The hospital with everything that `pulumi up` installs, but no window. */
  async upWithoutWindow(): Promise<void> {
    await this.up();
    const { exitCode, all } = await this.install();
    assert.equal(exitCode, 0, all);
  }

  async down(): Promise<void> {
    await labDown(this.id);
  }

  install(...words: string[]): Promise<Ran> {
    const without = ["--exclude", "**::arm", "--exclude", "**::follow"];
    return this.pulumi("up", "--yes", "--skip-preview", ...without, ...words);
  }

  /** Pulumi on the stack `lab`, as ops. */
  async pulumi(...words: string[]): Promise<Ran> {
    return ran(this.startPulumi(...words));
  }

  startPulumi(...words: string[]) {
    const { pulumi } = pulumiEnvironment(this.id);
    return this.start([pulumi, ...words, "--stack", "lab", "--non-interactive", "--color", "never"]);
  }

  /** jeda's own command line, as ops. */
  async jeda(words: readonly string[], input?: string): Promise<Ran> {
    return ran(this.start(["bin/jeda", ...words], input));
  }

  /** Any command as ops. */
  async asOps(...argv: string[]): Promise<Ran> {
    return ran(this.start(argv));
  }

  start(argv: readonly string[], input = "") {
    const [file = "", ...rest] = opsCommand(this.id) ?? assert.fail(`the lab ${this.id} does not stand`);
    const { variables } = pulumiEnvironment(this.id);
    return execa(file, [...rest, ...argv], {
      cwd: repository,
      env: { ...variables, JEDA_BACKUP_HOST: "backup" },
      input,
      all: true,
      reject: false,
      timeout: longestMs,
      // A process group of its own, so that Ctrl-C can be sent to all of it.
      detached: true,
    });
  }

  /** A copy of the lab's stack file, changed; for `--config-file`. Goes with the lab. */
  stackFile(name: string, change: (text: string) => string): string {
    const text = readFileSync(`${repository}/stacks/Pulumi.lab.yaml`, "utf8");
    const changed = change(text);
    assert.notEqual(changed, text, name);
    const file = `${stateDir(this.id)}/${name}.yaml`;
    writeFileSync(file, changed);
    return file;
  }

  /** Standard output of a shell script that must succeed on a host. */
  async sh(host: LabHost, script: string, input = ""): Promise<string> {
    const { stdout, stderr, exitCode } = await labSh(this.id, host, ["sh", "-c", script], {
      input,
      timeoutMs: 60_000,
    });
    assert.equal(exitCode, 0, `${host}: ${script}: ${stdout}${stderr}`);
    return stdout.trim();
  }

  /** Starts a command of this machine inside the host's network, and nothing else of it. */
  inNetwork(host: LabHost, argv: readonly string[]) {
    return execa("nsenter", [`--net=${namespacePath(this.id, host)}`, "--", ...argv], {
      reject: false,
      stdin: "ignore",
      timeout: longestMs,
    });
  }

  // What the edge's kernel says, asked past jeda and past SSH.

  /** Elements of the lease sets, "isolated_if adm0" and so on; empty when nobody is isolated and the vault is shut. */
  async leases(): Promise<readonly string[]> {
    const listed = await this.sh("edge", "nft -j list table inet jeda_window");
    const { nftables } = JSON.parse(listed) as {
      nftables: { set?: { name: string; elem?: { elem?: { val: unknown } }[] } }[];
    };
    return nftables.flatMap(({ set }) =>
      (set?.elem ?? []).map(({ elem }) => `${set?.name} ${JSON.stringify(elem?.val)}`),
    );
  }

  /** Puts a program of that name before the real one on the backup host, which it finds as $real; null takes it away. */
  async wrap(program: string, script: string | null): Promise<void> {
    const wrapper = `/usr/local/bin/${program}`;
    const away = `[ ! -e ${wrapper}.real ] || mv -f ${wrapper}.real ${wrapper}; [ ! -e ${wrapper}.alone ] || rm -f ${wrapper} ${wrapper}.alone`;
    await this.sh("backup", away);
    if (script === null) return;
    const there = `if [ -e ${wrapper} ]; then mv ${wrapper} ${wrapper}.real; else : >${wrapper}.alone; fi`;
    const real = `real=${wrapper}.real; [ -e "$real" ] || real=/usr/bin/${program}`;
    const put = `cat >${wrapper}; chmod 755 ${wrapper}`;
    await this.sh("backup", `${there}; ${put}`, `#!/bin/bash\n${real}\n${script}\n`);
  }

  async ruleset(host: "edge" | "backup"): Promise<string> {
    return this.sh(host, "nft -s list ruleset");
  }

  // The window, past jeda's command line: the files on the backup host.

  async entries(window: string): Promise<readonly JournalEntry[]> {
    const file = `/var/lib/jeda/windows/${window}/journal.jsonl`;
    const text = await this.sh("backup", `[ ! -e ${file} ] || cat ${file}`);
    const lines = text.split("\n").filter((line) => line.endsWith("}"));
    return lines.map((line) => JSON.parse(line) as JournalEntry);
  }

  /** Waits until the journal has such an entry, and returns it. */
  async entry<T extends JournalEntry["type"]>(
    window: string,
    type: T,
    chosen: (entry: Extract<JournalEntry, { type: T }>) => boolean = () => true,
    withinMs = 120_000,
  ): Promise<Extract<JournalEntry, { type: T }>> {
    const until = Date.now() + withinMs;
    for (;;) {
      const entries = await this.entries(window);
      const found = entries.find(
        (entry): entry is Extract<JournalEntry, { type: T }> =>
          entry.type === type && chosen(entry as Extract<JournalEntry, { type: T }>),
      );
      if (found !== undefined) return found;
      // An ended window gets no other entry but an acknowledgement: its reasons say more than a time-out.
      const over = type !== "acknowledged" && entries.at(-1)?.type === "ended";
      assert.ok(!over && Date.now() < until, `no ${type} in\n${withoutLooks(entries)}`);
      await sleep(100);
    }
  }

  async report(window: string): Promise<Report> {
    const { stdout, exitCode, all } = await this.jeda(["window", "report", "--id", window, "--json"]);
    assert.equal(exitCode, 0, all);
    return JSON.parse(stdout) as Report;
  }

  /** Hands the plan over, and resolves when the runner has it. */
  async arm(plan: WindowPlan): Promise<void> {
    const { exitCode, all } = await this.jeda(["window", "arm"], JSON.stringify(plan));
    assert.equal(exitCode, 0, all);
  }

  /** Arms a window and follows it to its end. */
  async run(plan: WindowPlan): Promise<{ readonly report: Report; readonly exitCode: number; said: string }> {
    await this.arm(plan);
    const { exitCode, all } = await this.jeda(["window", "follow", "--id", plan.id]);
    return { report: await this.report(plan.id), exitCode, said: all };
  }
}

/** What happened, a line each, without the many entries that only say that something was looked at. */
function withoutLooks(entries: readonly JournalEntry[]): string {
  const told = entries.filter(({ type }) => !["flow", "probe", "armed"].includes(type));
  return told.map(({ prev, hash, ...entry }) => JSON.stringify(entry)).join("\n");
}

interface Ended {
  readonly stdout: unknown;
  readonly stderr: unknown;
  readonly all: unknown;
  readonly exitCode?: number | undefined;
  readonly timedOut: boolean;
}

async function ran(child: PromiseLike<Ended>): Promise<Ran> {
  const { stdout, stderr, all, exitCode, timedOut } = await child;
  assert.equal(timedOut, false, String(all));
  return { stdout: String(stdout), stderr: String(stderr), all: String(all), exitCode: exitCode ?? 137 };
}

export interface PlanChanges {
  /** Milliseconds after the start. */
  readonly reconnectByMs?: number;
  /** Only these sources. */
  readonly sources?: readonly string[];
}

/** The lab's plan, or one under an id of its own: a window that Pulumi knows nothing of. */
export function labPlan(id?: string, changes: PlanChanges = {}): WindowPlan {
  const { hospital, runbook } = loadFromStackFile("lab", repository);
  const plan = makePlan(hospital, runbook);
  const reconnectByMs = changes.reconnectByMs ?? plan.schedule.reconnectByMs;
  const chosen = (name: string): boolean => changes.sources?.includes(name) ?? true;
  // What can't be counted without a source that is left out shall not spoil the result.
  const services = plan.services.map(({ records, ...service }) =>
    records !== undefined && chosen(records.source) ? { ...service, records } : service,
  );
  return {
    ...plan,
    services,
    id: id ?? plan.id,
    schedule: {
      ...plan.schedule,
      startCutoffMs: Math.min(plan.schedule.startCutoffMs, reconnectByMs - 2_000),
      backupStopMs: Math.min(plan.schedule.backupStopMs, reconnectByMs - 1_000),
      reconnectByMs,
    },
    sources: plan.sources.filter(({ name }) => chosen(name)),
  };
}
