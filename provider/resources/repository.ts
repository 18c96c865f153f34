/**
 * A restic repository on the backup host: created once, never deleted, never given another password, and served so
 * that nothing can be deleted from it.
 */
import { z } from "zod";
import { askBackup, type BackupReach } from "../../src/host/backup-read.ts";
import { JedaError } from "../../src/model/errors.ts";
import type { Handler } from "../engine/handler.ts";
import { kept } from "../hosts/drift-baseline.ts";
import { type Run, runScript } from "../hosts/remote.ts";

const AS_CREATED = "as created";

const schema = z.strictObject({
  ssh: z.string(),
  read: z.string().optional(),
  path: z.string().startsWith("/", "must be an absolute path on the backup host"),
  /** The password; secret. */
  password: z.string().min(1, "must not be empty"),
  /** Set by the provider; differs in the live state when the repository is gone or is another one. */
  found: z.string().optional(),
});
export type RepositoryInputs = z.infer<typeof schema>;

type Look =
  | { readonly kind: "absent" | "occupied" | "closed" }
  | {
      /** Broken: it does not open, whatever the password. */
      readonly kind: "present" | "broken";
      /** Of a broken one restic's words instead. */
      readonly id: string;
      /** What is not as jeda leaves it, as the end of "the repository is …". */
      readonly wrong: readonly string[];
      /** Servers of others from which things can be deleted. */
      readonly servers: readonly string[];
      readonly keys: string;
    };

export function repository(run: Run): Handler<RepositoryInputs> {
  /** `reach`: changing goes over the root shell and must not depend on what is installed there. */
  const lookAtAll = async (
    inputs: RepositoryInputs,
    reach: BackupReach = { ssh: inputs.ssh },
  ): Promise<Look> => {
    const lines = await askBackup(run, reach, ["repository", inputs.path], { stdin: `${inputs.password}\n` });
    const [kind, ...said] = lines[0]?.split(" ") ?? [];
    if (kind === "absent" || kind === "occupied" || kind === "closed") return { kind };
    if (kind !== "present" && kind !== "broken")
      throw new JedaError("INTERNAL", `${inputs.ssh}: repository answered "${lines[0]}"`);
    const facts = lines.slice(1).map((line) => line.split(" "));
    const all = (kind: string) =>
      facts.filter(([word]) => word === kind).map(([, ...words]) => words.join(" "));
    const keys = facts.filter(([word]) => word === "key").map(([, key = ""]) => key.slice(0, 8));
    const id = said.join(" ");
    return { kind, id, wrong: all("wrong"), servers: all("server"), keys: keys.sort().join(" ") };
  };
  const opened = <L extends Look>(
    inputs: RepositoryInputs,
    found: L,
  ): Exclude<L, { readonly kind: "closed" }> => {
    if (found.kind !== "closed") return found as Exclude<L, { readonly kind: "closed" }>;
    throw new JedaError("CREDENTIALS", `the repository ${inputs.path} does not open with this password`, {
      hint: "Correct the password in the stack's credentials. A new password is added on the backup host with `restic key passwd`, not here.",
    });
  };
  const look = async (inputs: RepositoryInputs) => opened(inputs, await lookAtAll(inputs));
  const own = (inputs: RepositoryInputs) =>
    runScript(run, inputs.ssh, "serve-repository", ["own", inputs.path], { timeoutMs: 600_000 });
  const gone = (inputs: RepositoryInputs, found: string): JedaError =>
    new JedaError("DRIFT", `the repository ${inputs.path} is ${found}`, {
      hint: "Is its disk mounted? Jeda never creates a new repository in the place of one that it knew. To do so on purpose: pulumi up --replace with this resource's URN.",
    });
  const free = (inputs: RepositoryInputs): JedaError =>
    new JedaError("REFUSED", `${inputs.path} is not empty and is no restic repository`, {
      hint: "Give another path, or move away what is there.",
    });

  return {
    schema,
    identity: ["path"],
    derive: async () => ({ found: AS_CREATED }),

    async inspect(inputs, call) {
      try {
        if (opened(inputs, await lookAtAll(inputs, inputs)).kind === "occupied") throw free(inputs);
      } catch (error) {
        // Before the first `up` there is nobody to answer.
        if (!(error instanceof JedaError) || error.code !== "INTERNAL") throw error;
        await call.log.warning(`not compared with the host: ${error.message}`);
      }
    },

    async create(inputs, call) {
      const before = await look(inputs);
      if (before.kind === "occupied") throw free(inputs);
      if (before.kind === "broken") throw gone(inputs, foundOf(before, null, null));
      if (before.kind === "absent") {
        await runScript(run, inputs.ssh, "repository", ["init", inputs.path], {
          stdin: `${inputs.password}\n`,
          timeoutMs: 60_000,
        });
      }
      await own(inputs);
      const after = await look(inputs);
      if (after.kind !== "present") throw new JedaError("INTERNAL", `restic init left no ${inputs.path}`);
      if (before.kind === "present") {
        await call.log.info(`the repository ${inputs.path} was there already and opens; taken over as it is`);
      }
      return { id: inputs.path, outputs: { repositoryId: after.id, keys: after.keys } };
    },

    async read(inputs, known) {
      const { repositoryId: before, keys: knownKeys } = known;
      const found = await lookAtAll(inputs, inputs).then(
        (live) => foundOf(live, before, knownKeys),
        unlooked,
      );
      return {
        inputs: { found },
        outputs: { repositoryId: before ?? null, keys: knownKeys ?? null },
        drift: found === AS_CREATED ? [] : [`the repository ${inputs.path} is ${found}`],
      };
    },

    async update(inputs, olds, known, call) {
      const live = await look(inputs);
      if (live.kind !== "present") throw gone(inputs, foundOf(live, known.repositoryId, known.keys));
      if (live.id !== known.repositoryId) throw gone(inputs, String(olds.found));
      await own(inputs);
      for (const server of live.servers) {
        await call.log.warning(`the repository ${inputs.path} is ${deletable(server)}`);
      }
      const keys = kept(typeof known.keys === "string" ? known.keys : undefined, live.keys);
      return { repositoryId: live.id, keys };
    },

    async delete(inputs, call) {
      await call.log.info(
        `the repository ${inputs.path} and everything in it stay on the host: jeda never deletes backups`,
      );
    },
  };
}

function deletable(server: string): string {
  return `served without --append-only by process ${server.trim()}; it is reported, never ended`;
}

function foundOf(live: Look, before: unknown, keys: unknown): string {
  if (!("keys" in live)) {
    return live.kind === "closed"
      ? "closed to the password it was applied with: its keys were changed or are gone"
      : "missing";
  }
  const broken = live.kind === "broken" ? [`not to be opened: ${live.id.trim()}`] : [];
  const another =
    live.kind === "present" && live.id !== before
      ? [`another one: id ${live.id.slice(0, 8)} instead of ${String(before).slice(0, 8)}`]
      : [];
  const others =
    another.length === 0 && typeof keys === "string" && keys !== live.keys
      ? [
          `opened by other keys than it was applied with: ${live.keys} instead of ${keys}; whoever added one can read every backup`,
        ]
      : [];
  const wrong = [...broken, ...another, ...others, ...live.wrong, ...live.servers.map(deletable)];
  return wrong.length > 0 ? wrong.join("; ") : AS_CREATED;
}

/** What could not be looked at, though the host answers. */
function unlooked(error: unknown): string {
  if (error instanceof JedaError && ["INTERNAL", "PREREQUISITE", "REFUSED"].includes(error.code)) {
    return `not to be looked at: ${error.message}`;
  }
  throw error;
}
