/** The backup host's own firewall: `inet jeda_host` and the file that loads it at boot. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { JedaError } from "../../src/model/errors.ts";
import type { Handler } from "../handler.ts";
import { type Run, runScript } from "../remote.ts";
import { compareTables, declaredTable } from "../ruleset-inputs.ts";

const AS_DECLARED = "as declared";

const schema = z.strictObject({
  ssh: z.string(),
  /** nft text of `inet jeda_host`. */
  table: z.string(),
  /** Set by the provider: the table as a map `chain/rule → text`, the order of each chain, and the file's state. */
  rules: z.record(z.string(), z.string()).optional(),
  order: z.record(z.string(), z.string()).optional(),
  persisted: z.string().optional(),
});
export type HostFirewallInputs = z.infer<typeof schema>;

/** Seconds until the host puts the former firewall back by itself. */
const PROBATION_S = 30;

function sections(out: string): Readonly<Record<string, string>> {
  const parts = out.split(/^@@ (\w+)\n/m).slice(1);
  return Object.fromEntries(parts.flatMap((name, at) => (at % 2 === 0 ? [[name, parts[at + 1] ?? ""]] : [])));
}

export function hostFirewall(run: Run): Handler<HostFirewallInputs> {
  const look = async (inputs: HostFirewallInputs) => {
    const out = await runScript(run, inputs.ssh, "host-firewall", ["look"], { stdin: inputs.table });
    const { live = "", wanted = "", persisted = "" } = sections(out);
    return {
      same: live === wanted && persisted === wanted,
      live: live === "" ? null : live,
      wanted,
      persisted:
        persisted === wanted ? AS_DECLARED : persisted === "" ? "missing" : "another firewall than declared",
    };
  };

  const apply = async (inputs: HostFirewallInputs): Promise<void> => {
    if ((await look(inputs)).same) return;
    const token = randomBytes(8).toString("hex");
    const call = (words: readonly string[], fresh: boolean) =>
      runScript(run, inputs.ssh, "host-firewall", words, {
        stdin: fresh ? "" : inputs.table,
        fresh,
        timeoutMs: 10_000,
      });
    try {
      await call(["apply", token, String(PROBATION_S)], false);
      await call(["confirm", token], true);
    } catch (error) {
      // The host does it by itself when this does not get through.
      await call(["revert", token], false).catch(() => {});
      const reason = error instanceof Error ? error.message : String(error);
      throw new JedaError("REFUSED", `the new firewall of ${inputs.ssh} was not confirmed: ${reason}`, {
        hint: "The control path must stay: check controlFrom of the backup host, and the addresses SSH comes from.",
        changed: `nothing that lasts: the former firewall is back within ${PROBATION_S} s`,
        cause: error,
      });
    }
  };

  return {
    schema,
    identity: [],
    quiet: ["table"],
    derive: async (inputs) => ({
      ...declaredTable(inputs.table),
      persisted: AS_DECLARED,
    }),

    async create(inputs) {
      await apply(inputs);
      return { id: inputs.ssh, outputs: {} };
    },

    async read(inputs) {
      const { live, wanted, persisted } = await look(inputs);
      const { drift, ...compared } = compareTables("jeda_host", { declared: inputs.table, live, wanted });
      const file = persisted === AS_DECLARED ? [] : [`/etc/jeda/host.nft is ${persisted}`];
      return { inputs: { ...compared, persisted }, outputs: {}, drift: [...drift, ...file] };
    },

    async update(inputs) {
      await apply(inputs);
      return {};
    },

    async delete(inputs, call) {
      await call.log.info(
        `the firewall of ${inputs.ssh} stays: without it the backups would lie open. To remove it by hand: nft delete table inet jeda_host; rm /etc/jeda/host.nft`,
      );
    },
  };
}
