/** A Pulumi project in a directory of its own, worked on by the CLI that this machine's toolchain chooses. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { type PulumiEnvironment, pulumiEnvironment } from "../../../commands/environment.ts";
import { ensureToolchain } from "../../../toolchain/ensure.ts";
import { repository } from "../../../toolchain/paths.ts";

export interface Result {
  readonly exitCode: number;
  /** Standard output and standard error as they came. */
  readonly all: string;
  readonly stdout: string;
}

export class ScratchProject {
  readonly directory: string;
  readonly environment: PulumiEnvironment;

  private constructor(directory: string, environment: PulumiEnvironment) {
    this.directory = directory;
    this.environment = environment;
  }

  static async make(): Promise<ScratchProject> {
    await ensureToolchain();
    const directory = mkdtempSync(join(tmpdir(), "jeda-scratch-"));
    for (const folder of ["backend", "stacks"]) mkdirSync(join(directory, folder));
    symlinkSync(join(repository, "node_modules"), join(directory, "node_modules"));
    writeFileSync(join(directory, "package.json"), '{ "type": "module" }\n');
    writeFileSync(
      join(directory, "Pulumi.yaml"),
      "name: scratch\nmain: index.ts\nruntime: { name: nodejs, options: { typescript: false } }\nstackConfigDir: stacks\n",
    );
    const backend = { PULUMI_BACKEND_URL: `file://${join(directory, "backend")}` };
    const environment = pulumiEnvironment("scratch", { ...process.env, ...backend });
    const variables = {
      ...environment.variables,
      ...backend,
      PULUMI_CONFIG_PASSPHRASE: "scratch",
      PULUMI_DEBUG_COMMANDS: "true", // --event-log is among those
    };
    const project = new ScratchProject(directory, { ...environment, variables });
    await project.pulumi("stack", "init", "dev", "--no-select");
    return project;
  }

  /** The program; `command` and `pulumi` are imported already. */
  program(text: string): void {
    const imports =
      'import * as command from "@pulumi/command";\nimport * as pulumi from "@pulumi/pulumi";\nvoid command; void pulumi;\n';
    writeFileSync(join(this.directory, "index.ts"), imports + text);
  }

  async pulumi(...words: string[]): Promise<Result> {
    const { exitCode, all, stdout } = await execa(
      this.environment.pulumi,
      [
        ...words,
        ...(words[0] === "stack" && words[1] === "init" ? [] : ["--stack", "dev"]),
        "--non-interactive",
      ],
      {
        cwd: this.directory,
        env: this.environment.variables,
        all: true,
        reject: false,
        stdin: "ignore",
        timeout: 100_000,
      },
    );
    return { exitCode: exitCode ?? -1, all, stdout };
  }

  up(...words: string[]): Promise<Result> {
    return this.pulumi("up", "--yes", "--skip-preview", ...words);
  }

  async output(name: string): Promise<unknown> {
    const { stdout } = await this.pulumi("stack", "output", "--json", "--show-secrets");
    return (JSON.parse(stdout) as { [name: string]: unknown })[name];
  }

  /** Every byte of the backend's files: checkpoints, histories, backups. */
  backendText(): string {
    return readdirSync(join(this.directory, "backend"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
      .join("\n");
  }

  file(name: string): string {
    return join(this.directory, name);
  }

  read(name: string): string {
    return readFileSync(this.file(name), "utf8");
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
