/** The script behind an edge's three forced-command keys, kept current by the policy key's own `install`. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { JedaError } from "../../src/model/errors.ts";
import type { Edges } from "../edges.ts";
import type { Handler } from "../handler.ts";
import { sha256 } from "../runner-files.ts";
import { reachSchema } from "./reach.ts";

const SCRIPT = new URL("../../src/firewall/edge.sh", import.meta.url);

const schema = z.strictObject({
  edge: z.string(),
  ssh: reachSchema,
  /** Set by the provider: SHA-256 of the script. */
  script: z.string().optional(),
});
export type EdgeScriptInputs = z.infer<typeof schema>;

export function edgeScript(edges: Edges): Handler<EdgeScriptInputs> {
  const install = async (inputs: EdgeScriptInputs): Promise<void> => {
    const text = await readFile(SCRIPT, "utf8");
    const listing = await edges.client(inputs.edge, inputs.ssh).list({});
    if (listing.scriptSha256 === sha256(text)) return;
    await edges.install(inputs.edge, inputs.ssh, text);
    const after = await edges.client(inputs.edge, inputs.ssh).list({});
    if (after.scriptSha256 === sha256(text)) return;
    throw new JedaError("REFUSED", `${inputs.edge} still runs another script after its installation`, {
      hint: "Does the policy key's forced command name the file that is replaced, /usr/local/lib/jeda/edge?",
    });
  };

  return {
    schema,
    identity: ["edge"],
    derive: async () => ({ script: sha256(await readFile(SCRIPT)) }),

    async create(inputs) {
      await install(inputs);
      return { id: inputs.edge, outputs: {} };
    },

    async read(inputs) {
      const { scriptSha256 } = await edges.client(inputs.edge, inputs.ssh).list({});
      const drift =
        scriptSha256 === inputs.script ? [] : [`/usr/local/lib/jeda/edge is not what was installed`];
      return { inputs: { script: scriptSha256 }, outputs: {}, drift };
    },

    async update(inputs) {
      await install(inputs);
      return {};
    },

    async delete(inputs, call) {
      await call.log.info(
        `the script stays on ${inputs.edge}: without it nobody could release or list a lease`,
      );
    },
  };
}
