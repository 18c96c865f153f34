/** A tiny lab for the fault matrix: jeda is installed by one real `pulumi up`, windows are armed one after another. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { pulumiEnvironment } from "../../commands/environment.ts";
import { ensureStack } from "../../commands/stack.ts";
import { opsCommand } from "../../lab/access/ops.ts";
import { labSh } from "../../lab/access/shell.ts";
import { labDown } from "../../lab/down.ts";
import type { EdgeCount, EdgeHost, LabHost } from "../../lab/hospital.ts";
import { namespacePath, namespaceProcesses } from "../../lab/machines/namespaces.ts";
import { diskDir, stateDir, twoEdgesFile } from "../../lab/state.ts";
import { labUp } from "../../lab/up.ts";
import { labWork } from "../../lab/workload.ts";
import type { JournalEntry } from "../../src/model/journal.ts";
import type { WindowPlan } from "../../src/model/plan.ts";
import { repository } from "../../toolchain/paths.ts";
import { Watcher } from "./watcher.ts";

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly all: string;
}

export interface HostProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

const longestMs = 240_000;

export class FaultLab {
  readonly id: string;
  readonly edges: EdgeCount;
  readonly #systemd: readonly LabHost[];
  #watcher: Watcher | undefined;
  #attempt = 0;
  #attemptFile: string | undefined;

  constructor(id: string, edges: EdgeCount = 1, systemd: readonly LabHost[] = []) {
    this.id = id;
    this.edges = edges;
    this.#systemd = systemd;
  }

  get edgeHosts(): readonly EdgeHost[] {
    return this.edges === 2 ? ["edge", "edge2"] : ["edge"];
  }

  /** What describes this lab's hospital: a stack, or a stack's file. */
  get stack(): string {
    return this.#attemptFile ?? (this.edges === 2 ? twoEdgesFile(this.id) : "lab");
  }

  get watcher(): Watcher {
    if (this.#watcher === undefined) throw new Error(`the lab ${this.id} does not stand`);
    return this.#watcher;
  }

  async up(): Promise<void> {
    await labUp({ id: this.id, size: "tiny", edges: this.edges, systemd: this.#systemd, log: () => {} });
    await ensureStack("lab", this.id);
    await this.install();
    await labWork(this.id, "start");
    this.#watcher = new Watcher(this.id);
  }

  /** Everything but the window; repairs as well. */
  async install(): Promise<void> {
    const without = ["--exclude", "**::arm", "--exclude", "**::follow"];
    const ran = await this.pulumi(["up", "--yes", "--skip-preview", "--refresh", ...without]);
    if (ran.exitCode !== 0) throw new Error(`pulumi up on ${this.id}: ${ran.all}`);
  }

  async pulumi(words: readonly string[]): Promise<Ran> {
    return ran(await this.startPulumi(words));
  }

  private startPulumi(words: readonly string[]) {
    const { pulumi } = pulumiEnvironment(this.id);
    const takesFile = ["up", "refresh"].includes(words[0] ?? "");
    const file = takesFile && this.stack !== "lab" ? ["--config-file", this.stack] : [];
    return this.start([
      pulumi,
      ...words,
      ...["--stack", "lab", ...file, "--non-interactive", "--color", "never"],
    ]);
  }

  /** A stack file for the next window that Pulumi arms, with the matrix's deadlines; until the lab goes. */
  nextAttempt(): string {
    const base = this.edges === 2 ? twoEdgesFile(this.id) : join(repository, "stacks/Pulumi.lab.yaml");
    this.#attempt += 1;
    const text = readFileSync(base, "utf8")
      .replace(/startCutoff: \S+/, `attempt: ${this.#attempt}\n    startCutoff: 30s`)
      .replace(/backupStop: \S+/, "backupStop: 42s")
      .replace(/reconnectBy: \S+/, "reconnectBy: 60s");
    const file = join(stateDir(this.id), `attempt-${this.#attempt}.yaml`);
    writeFileSync(file, text, { mode: 0o644 });
    this.#attemptFile = file;
    return file;
  }

  /** `pulumi up` that arms and follows the window of the last `nextAttempt`. */
  startUp() {
    return this.startPulumi(["up", "--yes", "--skip-preview"]);
  }

  async upWithWindow(): Promise<Ran> {
    return ran(await this.startUp());
  }

  async down(): Promise<void> {
    this.#watcher?.stop();
    await labDown(this.id);
  }

  start(argv: readonly string[], input = "") {
    const [file = "", ...rest] = opsCommand(this.id) ?? [];
    if (file === "") throw new Error(`the lab ${this.id} does not stand`);
    return execa(file, [...rest, ...argv], {
      cwd: repository,
      env: pulumiEnvironment(this.id).variables,
      input,
      all: true,
      reject: false,
      timeout: longestMs,
    });
  }

  async asOps(argv: readonly string[], input = ""): Promise<Ran> {
    return ran(await this.start(argv, input));
  }

  jeda(words: readonly string[], input = ""): Promise<Ran> {
    return this.asOps(["bin/jeda", ...words], input);
  }

  arm(plan: WindowPlan): Promise<Ran> {
    return this.jeda(["window", "arm"], JSON.stringify(plan));
  }

  /** A shell script on a host, whose failure is an answer too. */
  async sh(host: LabHost, script: string, input = ""): Promise<Ran> {
    const { stdout, stderr, exitCode } = await labSh(this.id, host, ["sh", "-c", script], { input });
    return { exitCode, stdout: stdout.trim(), all: `${stdout}${stderr}`.trim() };
  }

  /** Like `sh`, but a failure of ours must not look like one of jeda's. */
  async must(host: LabHost, script: string, input = ""): Promise<string> {
    const { exitCode, stdout, all } = await this.sh(host, script, input);
    if (exitCode !== 0) throw new Error(`${host}: ${script}: exit ${exitCode}: ${all}`);
    return stdout;
  }

  async inNetwork(host: LabHost, argv: readonly string[]): Promise<number> {
    const command = [`--net=${namespacePath(this.id, host)}`, "--", ...argv];
    const { exitCode } = await execa("nsenter", command, { reject: false, stdin: "ignore", timeout: 20_000 });
    return exitCode ?? 137;
  }

  journalFile(window: string): string {
    return join(diskDir(this.id, "backup"), "upper/var/lib/jeda/windows", window, "journal.jsonl");
  }

  /** The whole lines of a window's journal, read past every host and every shell. */
  journal(window: string): readonly JournalEntry[] {
    const file = this.journalFile(window);
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line) as JournalEntry);
  }

  /** Of one lab host, by the machine's process ids. */
  processes(host: LabHost): readonly HostProcess[] {
    return namespaceProcesses(this.id, host).flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        return command === "" ? [] : [{ pid, parent, command }];
      } catch {
        return []; // it has ended
      }
    });
  }
}

/** A host's processes whose command line has such a word in it. */
export function running(lab: FaultLab, host: LabHost, name: string): readonly HostProcess[] {
  return lab.processes(host).filter(({ command }) => command.includes(name));
}

/** They stop, and go on after so many milliseconds. */
export async function standStill(processes: readonly HostProcess[], ms: number): Promise<void> {
  signal(processes, "SIGSTOP");
  await sleep(ms);
  signal(processes, "SIGCONT");
}

export function signal(processes: readonly HostProcess[], name: NodeJS.Signals): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, name);
    } catch {
      // it has ended by itself
    }
  }
}

function ran(result: {
  readonly exitCode?: number | undefined;
  readonly stdout: unknown;
  readonly all: unknown;
}): Ran {
  return { exitCode: result.exitCode ?? 137, stdout: String(result.stdout), all: String(result.all) };
}
