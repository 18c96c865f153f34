/** The window's runner on the backup host: its own Node, one bundle, a launcher, the runbook and the credentials. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { sha256 } from "../../src/host/remote-file.ts";
import { JedaError } from "../../src/model/errors.ts";
import type { Handler, Log } from "../handler.ts";
import { type Remote, runScript } from "../remote.ts";
import { contentOf, FILE_NAMES, type FileName } from "../runner-files.ts";
import type { Properties } from "../wire.ts";

const CREDENTIALS = "/etc/jeda/credentials.json";
const AS_DECLARED = "as declared";
const MODES: Readonly<Record<FileName, string>> = {
  node: "0755",
  "runner.mjs": "0644",
  "jeda-runner": "0755",
  runbook: "0644",
};

const schema = z.strictObject({
  ssh: z.string(),
  /** `uname -m` of the backup host; that of this machine unless it is given. */
  machine: z.enum(["x86_64", "aarch64"]).optional(),
  /** Canonical JSON. */
  runbook: z.string(),
  /** JSON of the credentials map; secret. */
  credentials: z.string(),
  /** Set by the provider: SHA-256 of each file, and how the credentials on the host compare. */
  files: z.record(z.string(), z.string()).optional(),
  installedCredentials: z.string().optional(),
  /** Who may write into the directories they lie in. */
  directories: z.string().optional(),
});
export type RunnerInputs = z.infer<typeof schema>;

function machineOf({ machine }: RunnerInputs): string {
  return machine ?? (process.arch === "arm64" ? "aarch64" : "x86_64");
}

function fileDrift(live: string | undefined, declared: string): string {
  if (live === undefined) return "is missing";
  return live.startsWith(`${declared} with `)
    ? `is there ${live.slice(declared.length + 1)}`
    : "is not what was installed";
}

interface Look {
  readonly machine: string;
  readonly files: Readonly<Record<string, string>>;
  readonly credentials: string;
  readonly directories: string;
}

export function runner(remote: Remote): Handler<RunnerInputs> {
  const look = async (inputs: RunnerInputs): Promise<Look> => {
    const salt = randomBytes(16).toString("hex");
    const out = await runScript(remote.run, inputs.ssh, "runner", ["look"], { stdin: `${salt}\n` });
    const files: Record<string, string> = {};
    let machine = "unknown";
    let credentials = "missing";
    const open: string[] = [];
    for (const [word, first = "", second = "", third = ""] of out
      .split("\n")
      .map((line) => line.split(" "))) {
      if (word === "machine") machine = first;
      if (word === "file") {
        const asked = `${MODES[first as FileName].slice(1)}:0:0`;
        files[first] =
          third === asked ? second : `${second} with mode and owner ${third} instead of ${asked}`;
      }
      if (word === "directory" && (third !== "0" || (Number.parseInt(second, 8) & 0o022) !== 0)) {
        open.push(`${first} may be written by others than root: mode ${second}, owner ${third}`);
      }
      if (word === "credentials") {
        credentials = first === sha256(salt + inputs.credentials) ? AS_DECLARED : "changed on the host";
        if (second !== "600:0") credentials = `readable by others: mode and owner ${second} instead of 600:0`;
      }
    }
    return { machine, files, credentials, directories: open.join("; ") || AS_DECLARED };
  };

  /** `alive`: a process carries the window out now, or is about to; `running`: it has not ended, dead or alive. */
  const refuseInWindow = async (
    inputs: RunnerInputs,
    state: "alive" | "running",
    what: string,
  ): Promise<void> => {
    const running = (await runScript(remote.run, inputs.ssh, "runner", [state])).trim();
    if (running === "") return;
    throw new JedaError(
      "REFUSED",
      `a window is running on the backup host (${running.replaceAll("\n", ", ")})`,
      {
        hint: `The runner is not ${what} under it. Wait until the window has ended, or end it: npm run -s jeda -- window abort`,
      },
    );
  };

  const install = async (inputs: RunnerInputs, live: Look, log: Log): Promise<void> => {
    const machine = machineOf(inputs);
    if (live.machine !== machine) {
      throw new JedaError(
        "CONFIG",
        `the backup host is "${live.machine}", and the runner's Node is for "${machine}"`,
      );
    }
    for (const name of FILE_NAMES) {
      const content = await contentOf(name, machine, inputs.runbook);
      if (live.files[name] === sha256(content)) continue;
      await log.info(`installing ${name} (${content.byteLength} bytes)`);
      await remote.write(inputs.ssh, { path: `/opt/jeda/${name}`, content, mode: MODES[name] });
    }
    if (live.directories !== AS_DECLARED) await runScript(remote.run, inputs.ssh, "runner", ["guard"]);
    if (live.credentials !== AS_DECLARED) {
      await remote.write(inputs.ssh, { path: CREDENTIALS, content: inputs.credentials, mode: "0600" });
    }
    await runScript(remote.run, inputs.ssh, "runner", ["renew"]);
  };

  /** The runner makes it when it is first asked for; the private half stays on the host. */
  const ownKey = async ({ ssh }: RunnerInputs): Promise<Properties> => {
    const { stdout, stderr, exitCode } = await remote.run(ssh, ["/opt/jeda/jeda-runner", "key"]);
    if (exitCode !== 0) throw new JedaError("INTERNAL", `${ssh}: the runner has no key: ${stderr.trim()}`);
    return { promotionKey: String(JSON.parse(stdout).key) };
  };

  return {
    schema,
    identity: [],

    async derive(inputs, olds) {
      const known = (olds.files ?? {}) as Record<string, string>;
      const hashes = await Promise.all(
        FILE_NAMES.map(async (name) => {
          try {
            return [name, sha256(await contentOf(name, machineOf(inputs), inputs.runbook))] as const;
          } catch (error) {
            // A preview from a laptop of another kind still compares everything else.
            if (error instanceof JedaError && known[name] !== undefined) return [name, known[name]] as const;
            throw error;
          }
        }),
      );
      return {
        files: Object.fromEntries(hashes),
        installedCredentials: AS_DECLARED,
        directories: AS_DECLARED,
      };
    },

    async create(inputs, call) {
      const live = await look(inputs);
      await refuseInWindow(inputs, "alive", "replaced");
      await install(inputs, live, call.log);
      return { id: inputs.ssh, outputs: await ownKey(inputs) };
    },

    async read(inputs, known) {
      const live = await look(inputs);
      const declared = inputs.files ?? {};
      const drift = FILE_NAMES.filter((name) => live.files[name] !== declared[name]).map(
        (name) => `${inputs.ssh}: /opt/jeda/${name} ${fileDrift(live.files[name], declared[name] ?? "")}`,
      );
      if (live.directories !== AS_DECLARED) drift.push(`${inputs.ssh}: ${live.directories}`);
      if (live.credentials !== AS_DECLARED)
        drift.push(`${inputs.ssh}: ${CREDENTIALS} is ${live.credentials}`);
      return {
        inputs: { files: live.files, installedCredentials: live.credentials, directories: live.directories },
        outputs: known,
        drift,
      };
    },

    async update(inputs, _olds, _known, call) {
      await refuseInWindow(inputs, "alive", "changed");
      await install(inputs, await look(inputs), call.log);
      return ownKey(inputs);
    },

    async delete(inputs, call) {
      await refuseInWindow(inputs, "running", "removed");
      await runScript(remote.run, inputs.ssh, "runner", ["remove"]);
      await call.log.info("the journals and reports in /var/lib/jeda stay on the host");
    },
  };
}
