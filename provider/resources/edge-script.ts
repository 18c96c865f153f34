/** The script behind an edge's three forced-command keys, kept current by the policy key's own `install`. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { edgeScriptPath } from "../../src/host/host-firewall.ts";
import { sha256 } from "../../src/host/remote-file.ts";
import { JedaError } from "../../src/model/errors.ts";
import type { Edges } from "../edges.ts";
import type { Handler } from "../handler.ts";

import { reachSchema } from "./reach.ts";

const schema = z.strictObject({
  edge: z.string(),
  ssh: reachSchema,
  /** Set by the provider: SHA-256 of the script. */
  script: z.string().optional(),
  /** Who may write it. */
  mode: z.string().optional(),
});
const PATH = "/usr/local/lib/jeda/edge";
const MODE = "755 0:0";
export type EdgeScriptInputs = z.infer<typeof schema>;

export function edgeScript(edges: Edges): Handler<EdgeScriptInputs> {
  const install = async (inputs: EdgeScriptInputs): Promise<void> => {
    const text = await readFile(edgeScriptPath, "utf8");
    const policy = edges.client(inputs.edge, inputs.ssh, "policy");
    const listing = await policy.list({});
    if (listing.scriptSha256 === sha256(text) && (listing.scriptMode ?? MODE) === MODE) return;
    await edges.install(inputs.edge, inputs.ssh, text);
    const after = await policy.list({});
    if (after.scriptSha256 === sha256(text)) return;
    throw new JedaError("REFUSED", `${inputs.edge} still runs another script after its installation`, {
      hint: "Does the policy key's forced command name the file that is replaced, /usr/local/lib/jeda/edge?",
    });
  };

  return {
    schema,
    identity: ["edge"],
    derive: async () => ({ script: sha256(await readFile(edgeScriptPath, "utf8")), mode: MODE }),

    async create(inputs) {
      await install(inputs);
      return { id: inputs.edge, outputs: {} };
    },

    async read(inputs) {
      const listing = await edges.client(inputs.edge, inputs.ssh, "read").list({});
      const { scriptSha256: script, scriptMode: mode = MODE } = listing;
      const drift = [
        ...(script === inputs.script ? [] : [`${PATH} is not what was installed`]),
        ...(mode === MODE ? [] : [`${PATH} has mode and owner ${mode} instead of ${MODE}`]),
      ].map((line) => `${inputs.edge}: ${line}`);
      return { inputs: { script, mode }, outputs: {}, drift };
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
