/** A restic repository on the backup host: created once, never deleted, never given another password. */
import { z } from "zod";
import { JedaError } from "../../src/model/errors.ts";
import type { Handler } from "../handler.ts";
import { type Run, runScript } from "../remote.ts";

const AS_CREATED = "as created";

const schema = z.strictObject({
  ssh: z.string(),
  path: z.string().startsWith("/", "must be an absolute path on the backup host"),
  /** The password; secret. */
  password: z.string().min(1, "must not be empty"),
  /** Set by the provider; differs in the live state when the repository is gone or is another one. */
  found: z.string().optional(),
});
export type RepositoryInputs = z.infer<typeof schema>;

type Look =
  | { readonly kind: "absent" | "occupied" | "closed" }
  | { readonly kind: "present"; readonly id: string; readonly mode: string };

/** Null where only root may write: whoever else may can delete every backup. */
function openTo(mode: string): string | null {
  const [digits = "", owner = ""] = mode.split(" ");
  return owner === "0" && (Number.parseInt(digits, 8) & 0o022) === 0
    ? null
    : `open to others than root: mode ${digits}, owner ${owner}`;
}

export function repository(run: Run): Handler<RepositoryInputs> {
  const lookAtAll = async (inputs: RepositoryInputs): Promise<Look> => {
    const out = await runScript(run, inputs.ssh, "repository", ["look", inputs.path], {
      stdin: `${inputs.password}\n`,
    });
    const [answer = "", ...config] = out.split("\n");
    const [kind, ...mode] = answer.split(" ");
    if (kind === "absent" || kind === "occupied") return { kind };
    if (kind === "present")
      return { kind, id: String(JSON.parse(config.join("\n")).id), mode: mode.join(" ") };
    return { kind: "closed" };
  };
  const look = async (inputs: RepositoryInputs): Promise<Exclude<Look, { readonly kind: "closed" }>> => {
    const found = await lookAtAll(inputs);
    if (found.kind !== "closed") return found;
    throw new JedaError("CREDENTIALS", `the repository ${inputs.path} does not open with this password`, {
      hint: "Correct the password in the stack's credentials. A new password is added on the backup host with `restic key passwd`, not here.",
    });
  };
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

    async inspect(inputs) {
      if ((await look(inputs)).kind === "occupied") throw free(inputs);
    },

    async create(inputs, call) {
      const before = await look(inputs);
      if (before.kind === "occupied") throw free(inputs);
      if (before.kind === "absent") {
        await runScript(run, inputs.ssh, "repository", ["init", inputs.path], {
          stdin: `${inputs.password}\n`,
          timeoutMs: 60_000,
        });
      }
      const after = await look(inputs);
      if (after.kind !== "present") throw new JedaError("INTERNAL", `restic init left no ${inputs.path}`);
      if (before.kind === "present") {
        await call.log.info(`the repository ${inputs.path} was there already and opens; taken over as it is`);
      }
      return { id: inputs.path, outputs: { repositoryId: after.id } };
    },

    async read(inputs, known) {
      const live = await lookAtAll(inputs);
      const before = known.repositoryId;
      const found =
        live.kind === "closed"
          ? "closed to the password it was applied with: its keys were changed or are gone"
          : live.kind !== "present"
            ? "missing"
            : live.id === before
              ? (openTo(live.mode) ?? AS_CREATED)
              : `another one: id ${live.id.slice(0, 8)} instead of ${String(before).slice(0, 8)}`;
      return {
        inputs: { found },
        outputs: { repositoryId: before ?? null },
        drift: found === AS_CREATED ? [] : [`the repository ${inputs.path} is ${found}`],
      };
    },

    async update(inputs, olds, known) {
      const live = await look(inputs);
      if (live.kind !== "present") throw gone(inputs, "missing");
      if (live.id !== known.repositoryId) throw gone(inputs, String(olds.found));
      if (openTo(live.mode) !== null) await runScript(run, inputs.ssh, "repository", ["guard", inputs.path]);
      return { repositoryId: live.id };
    },

    async delete(inputs, call) {
      await call.log.info(
        `the repository ${inputs.path} and everything in it stay on the host: jeda never deletes backups`,
      );
    },
  };
}
