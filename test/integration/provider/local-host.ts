/** A backup host without SSH: mounts and processes of its own, in which what would be sent is run. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { Remote } from "../../../provider/hosts/remote.ts";

/** Directories that get a layer of their own. */
const WRITABLE = ["/etc", "/opt", "/usr/local", "/var/lib", "/srv"];
const SYSTEM = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const LIFETIME_S = 300;

export class LocalHost implements Remote {
  readonly #directory = mkdtempSync(join(tmpdir(), "jeda-local-"));
  #path: string;
  #holder: ChildProcess | undefined;
  #init = "";

  /** @param path where the host finds programs, before its own. */
  constructor(path: string) {
    this.#path = `${path}:${SYSTEM}`;
  }

  /** From now on it finds only its own programs. */
  forgetPath(): void {
    this.#path = SYSTEM;
  }

  async up(): Promise<void> {
    const mounts = WRITABLE.map((path, at) => {
      const [upper, work] = ["upper", "work"].map((part) => join(this.#directory, `${at}`, part));
      for (const made of [upper, work]) mkdirSync(made ?? "", { recursive: true });
      return `mount -t overlay -o lowerdir=${path},upperdir=${upper},workdir=${work} none ${path}`;
    });
    const boot = ["mount -t proc none /proc", ...mounts, "echo up", `exec sleep ${LIFETIME_S}`].join("\n");
    const holder = spawn("unshare", ["--mount", "--pid", "--fork", "--kill-child", "sh", "-euc", boot], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#holder = holder;
    await once(holder.stdout, "data");
    this.#init = readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, "utf8").trim();
  }

  readonly run: Remote["run"] = async (_destination, words, options = {}) => {
    const { stdout, stderr, exitCode } = await execa(
      "nsenter",
      [`--target=${this.#init}`, "--mount", "--pid", "--", ...words],
      {
        input: options.stdin ?? "",
        reject: false,
        stripFinalNewline: false,
        env: { PATH: this.#path, HOME: "/nonexistent" },
        extendEnv: false,
      },
    );
    return { stdout, stderr, exitCode: exitCode ?? -1 };
  };

  readonly write: Remote["write"] = async (destination, { path, content, mode }) => {
    const put = 'umask 077; mkdir -p "$(dirname "$1")" && cat >"$1" && chmod "$2" "$1"';
    await this.run(destination, ["sh", "-c", put, "sh", path, mode], { stdin: content });
  };

  async sh(script: string): Promise<string> {
    const { stdout, stderr, exitCode } = await this.run("", ["sh", "-euc", script]);
    if (exitCode !== 0) throw new Error(stderr);
    return stdout;
  }

  async down(): Promise<void> {
    const holder = this.#holder;
    if (holder !== undefined) {
      holder.kill("SIGKILL");
      await once(holder, "exit");
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
