/** The repository's own program with a stack that is the lab's hospital, changed; its hosts are never reached. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { parseDocument } from "yaml";
import { labPassphrase, type PulumiEnvironment, pulumiEnvironment } from "../../../commands/environment.ts";
import { ensureToolchain } from "../../../toolchain/ensure.ts";
import { repository } from "../../../toolchain/paths.ts";

const linked = ["Pulumi.yaml", "bin", "node_modules", "package.json", "provider", "runbooks", "toolchain"];

export interface Answer {
  readonly exitCode: number;
  readonly all: string;
  readonly stdout: string;
}

export class StackOfItsOwn {
  readonly directory: string;
  private readonly environment: PulumiEnvironment;

  private constructor(directory: string, environment: PulumiEnvironment) {
    this.directory = directory;
    this.environment = environment;
  }

  static async make(): Promise<StackOfItsOwn> {
    await ensureToolchain();
    const directory = mkdtempSync(join(tmpdir(), "jeda-stack-"));
    for (const folder of ["backend", "stacks"]) mkdirSync(join(directory, folder));
    for (const name of linked) symlinkSync(join(repository, name), join(directory, name));
    writeFileSync(
      join(directory, "index.ts"),
      `export { default } from "${join(repository, "index.ts")}";\n`,
    );
    const environment = pulumiEnvironment("preview", {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${join(directory, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE: labPassphrase,
    });
    const stack = new StackOfItsOwn(directory, environment);
    stack.write({});
    await stack.pulumi("stack", "init", "--no-select");
    return stack;
  }

  get file(): string {
    return join(this.directory, "stacks/Pulumi.changed.yaml");
  }

  /** The lab's file with these keys of `jeda:` in place of its own. */
  write(changes: Readonly<Record<string, unknown>>): void {
    const lab = parseDocument(readFileSync(join(repository, "stacks/Pulumi.lab.yaml"), "utf8"));
    for (const [key, value] of Object.entries(changes)) lab.setIn(["config", `jeda:${key}`], value);
    writeFileSync(this.file, lab.toString({ lineWidth: 0 }));
  }

  /** What an earlier `pulumi up` left in the state: outputs, and no resource but the stack. */
  async pretendOutputs(outputs: Readonly<Record<string, unknown>>): Promise<void> {
    const { stdout } = await this.pulumi("stack", "export");
    const exported = JSON.parse(stdout);
    const urn = "urn:pulumi:changed::jeda::pulumi:pulumi:Stack::jeda-changed";
    exported.deployment.resources = [{ urn, custom: false, type: "pulumi:pulumi:Stack", outputs }];
    await this.pulumi("stack", "import", "--file", this.writeJson("state.json", exported));
  }

  writeJson(name: string, value: unknown): string {
    const file = join(this.directory, name);
    writeFileSync(file, JSON.stringify(value));
    return file;
  }

  async pulumi(...words: string[]): Promise<Answer> {
    const named = ["--stack", "changed", "--non-interactive"];
    return await this.run([this.environment.pulumi, ...words, ...named]);
  }

  /** `jeda proof` of this stack's file. */
  async proof(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Answer> {
    const jeda = join(repository, "src/cli/main.ts");
    return await this.run([process.execPath, jeda, "proof", "--stack", this.file, ...words], environment);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async run(
    [file = "", ...words]: readonly string[],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<Answer> {
    const { exitCode, all, stdout } = await execa(file, words, {
      cwd: this.directory,
      env: { ...this.environment.variables, ...pulumiState(this.directory), ...environment },
      all: true,
      reject: false,
      stdin: "ignore",
      timeout: 100_000,
    });
    return { exitCode: exitCode ?? -1, all, stdout };
  }
}

function pulumiState(directory: string): Readonly<Record<string, string>> {
  return {
    PULUMI_BACKEND_URL: `file://${join(directory, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: labPassphrase,
  };
}
