/** The window's runner on the backup host: its own Node, one bundle, a launcher, the runbook and the credentials. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Properties } from "../../pulumi-protocol/wire.ts";
import { askBackup, type BackupReach } from "../../src/host/backup-read.ts";
import { sha256 } from "../../src/host/remote-file.ts";
import { JedaError } from "../../src/model/errors.ts";
import type { Handler, Log } from "../engine/handler.ts";
import { kept } from "../hosts/drift-baseline.ts";
import { installPrograms } from "../hosts/host-programs.ts";
import { type Remote, runScript } from "../hosts/remote.ts";
import { contentOf, FILE_NAMES } from "../hosts/runner-files.ts";
import {
  AS_DECLARED,
  hooksOf,
  type Installed,
  MODES,
  readInstalled,
  surroundingsOf,
  unread,
  windowsOf,
} from "./runner-inspect.ts";

const CREDENTIALS = "/etc/jeda/credentials.json";
const schema = z.strictObject({
  ssh: z.string(),
  /** OpenSSH destination of the read-only key. */
  read: z.string().optional(),
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
  /** What else is not as it was left, by name: windows, the key that signs them, what a boot starts. */
  found: z.record(z.string(), z.string()).optional(),
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

export function runner(remote: Remote): Handler<RunnerInputs> {
  /** Changing goes over the root shell and must not depend on what is installed there. */
  const look = async (inputs: RunnerInputs, reach: BackupReach = { ssh: inputs.ssh }): Promise<Installed> => {
    const salt = randomBytes(16).toString("hex");
    const stdin = `${salt}\n${sha256(salt + inputs.credentials)}\n`;
    return readInstalled(await askBackup(remote.run, reach, ["installed"], { stdin }));
  };

  /** `alive`: a process carries the window out now, or is about to; `running`: it has not ended, dead or alive. */
  const refuseInWindow = async (
    inputs: RunnerInputs,
    state: "alive" | "running",
    what: string,
  ): Promise<void> => {
    const running =
      state === "alive"
        ? (await runScript(remote.run, inputs.ssh, "runner", ["alive"])).trim()
        : (await askBackup(remote.run, { ssh: inputs.ssh }, ["running"])).join("\n");
    if (running === "") return;
    throw new JedaError(
      "REFUSED",
      `a window is running on the backup host (${running.replaceAll("\n", ", ")})`,
      {
        hint: `The runner is not ${what} under it. Wait until the window has ended, or end it: npm run -s jeda -- window abort`,
      },
    );
  };

  const install = async (inputs: RunnerInputs, live: Installed, log: Log): Promise<void> => {
    const machine = machineOf(inputs);
    if (live.machine !== machine) {
      throw new JedaError(
        "CONFIG",
        `the backup host is "${live.machine}", and the runner's Node is for "${machine}"`,
      );
    }
    await runScript(remote.run, inputs.ssh, "runner", ["guard"]);
    await runScript(remote.run, inputs.ssh, "serve-repository", ["user"]);
    for (const name of FILE_NAMES) {
      const content = await contentOf(name, machine, inputs.runbook);
      if (live.files[name] === sha256(content)) continue;
      await log.info(`installing ${name} (${content.byteLength} bytes)`);
      await remote.write(inputs.ssh, { path: `/opt/jeda/${name}`, content, mode: MODES[name] });
    }
    if (live.credentials !== AS_DECLARED) {
      await remote.write(inputs.ssh, { path: CREDENTIALS, content: inputs.credentials, mode: "0600" });
    }
    await installPrograms(remote, inputs.ssh, machine, log);
    await runScript(remote.run, inputs.ssh, "runner", ["renew"]);
  };

  /** The runner makes its key when it is first asked for; the private half stays on the host. */
  const known = async (inputs: RunnerInputs, log: Log, before: Properties = {}): Promise<Properties> => {
    const { stdout, stderr, exitCode } = await remote.run(inputs.ssh, ["/opt/jeda/jeda-runner", "key"]);
    if (exitCode !== 0)
      throw new JedaError("INTERNAL", `${inputs.ssh}: the runner has no key: ${stderr.trim()}`);
    const { keyHash, hooks } = await look(inputs);
    if (hooks.length === 0) {
      await log.warning(
        "nothing that a boot of the backup host runs holds `firewall host boot` and `jeda-runner boot`: see docs/window.md",
      );
    }
    return { promotionKey: String(JSON.parse(stdout).key), keyHash, hooks: kept(hooksOf(before), hooks) };
  };

  /** Starts what nobody carries out, and writes anew what only repeats a journal. */
  const mend = async ({ ssh }: RunnerInputs, log: Log): Promise<void> => {
    await runScript(remote.run, ssh, "runner", ["guard"]);
    const { stdout, stderr, exitCode } = await remote.run(ssh, ["/opt/jeda/jeda-runner", "mend"]);
    if (exitCode !== 0)
      throw new JedaError("INTERNAL", `${ssh}: the windows can't be mended: ${stderr.trim()}`);
    for (const line of stderr.split("\n")) if (line !== "") await log.warning(line);
    const { started = [] } = JSON.parse(stdout) as { readonly started?: readonly string[] };
    if (started.length > 0) await log.info(`started what carries out ${started.join(", ")}`);
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
        found: {},
      };
    },

    async create(inputs, call) {
      const live = await look(inputs);
      await refuseInWindow(inputs, "alive", "replaced");
      await install(inputs, live, call.log);
      return { id: inputs.ssh, outputs: await known(inputs, call.log) };
    },

    async read(inputs, before) {
      let live: Installed;
      try {
        live = await look(inputs, inputs);
      } catch (error) {
        if (!(error instanceof JedaError) || error.code !== "INTERNAL") throw error;
        return unread(inputs.ssh, before);
      }
      const declared = inputs.files ?? {};
      const drift = FILE_NAMES.filter((name) => live.files[name] !== declared[name]).map(
        (name) => `${inputs.ssh}: /opt/jeda/${name} ${fileDrift(live.files[name], declared[name] ?? "")}`,
      );
      if (live.directories !== AS_DECLARED) drift.push(`${inputs.ssh}: ${live.directories}`);
      if (live.credentials !== AS_DECLARED)
        drift.push(`${inputs.ssh}: ${CREDENTIALS} is ${live.credentials}`);
      // A runner that is not ours any more is not asked what it did.
      const ours = live.files.node === declared.node && live.files["runner.mjs"] === declared["runner.mjs"];
      const found = { ...surroundingsOf(live, before), ...(ours ? await windowsOf(remote.run, inputs) : {}) };
      drift.push(...Object.entries(found).map(([name, what]) => `${inputs.ssh}: ${name} ${what}`));
      return {
        inputs: {
          files: live.files,
          installedCredentials: live.credentials,
          directories: live.directories,
          found,
        },
        outputs: before,
        drift,
      };
    },

    async update(inputs, _olds, before, call) {
      const live = await look(inputs);
      const { files = {} } = inputs;
      const needed =
        FILE_NAMES.some((name) => live.files[name] !== files[name]) ||
        [live.credentials, live.directories].some((state) => state !== AS_DECLARED);
      if (needed) {
        await refuseInWindow(inputs, "alive", "changed");
        await install(inputs, live, call.log);
      }
      await mend(inputs, call.log);
      return known(inputs, call.log, before);
    },

    async delete(inputs, call) {
      await refuseInWindow(inputs, "running", "removed");
      await runScript(remote.run, inputs.ssh, "runner", ["remove"]);
      await call.log.info("the journals and reports in /var/lib/jeda stay on the host");
    },
  };
}
