/** The script behind an edge's three forced-command keys, kept current by the policy key's own `install`. */
import { z } from "zod";
import type { Properties } from "../../pulumi-protocol/wire.ts";
import { edgeScriptText } from "../../src/firewall/edge/edge-script.ts";
import { jedaKeys, keyFindings, parseKeys } from "../../src/firewall/readback/authorized-keys.ts";
import { placeFindings } from "../../src/firewall/readback/edge-facts.ts";
import { withLogins } from "../../src/firewall/readback/site-facts.ts";
import { sha256 } from "../../src/host/remote-file.ts";
import type { EdgeListing, SiteFacts } from "../../src/model/edge-protocol.ts";
import { JedaError } from "../../src/model/errors.ts";
import type { Call, Handler } from "../engine/handler.ts";
import { kept } from "../hosts/drift-baseline.ts";
import type { Edges } from "../hosts/ports.ts";
import { changedAround, rememberAround } from "../hosts/site-baseline.ts";

import { reachSchema } from "./reach.ts";

const schema = z.strictObject({
  edge: z.string(),
  ssh: reachSchema,
  /** Set by the provider: SHA-256 of the script. */
  script: z.string().optional(),
  /** Who may write it. */
  mode: z.string().optional(),
  /** What else is not as it was left: directories, the fence, what a boot runs, jeda's SSH keys. */
  around: z.record(z.string(), z.string()).optional(),
});
const PATH = "/usr/local/lib/jeda/edge";
const MODE = "755 0:0";
export type EdgeScriptInputs = z.infer<typeof schema>;

/** What is kept from the time of applying: these are the site's, and only their change is told. */
const rememberedSchema = z.object({
  keys: z.record(z.string(), z.string()).optional().catch(undefined),
  hooks: z.array(z.string()).optional().catch(undefined),
});

/** What is the site's, with the keys that lead elsewhere than to jeda. */
function siteOf({ keys, facts }: EdgeListing, known: Readonly<Record<string, string>> = {}): SiteFacts {
  if (facts === undefined) return {};
  const own = Object.keys(known).map((key) => key.split(" ")[0] ?? "");
  return keys === undefined ? facts.site.host : withLogins(facts.site.host, parseKeys(keys), own);
}

function remembered(listing: EdgeListing, known: Properties): Properties {
  const { keys, facts } = listing;
  const before = rememberedSchema.parse(known);
  return {
    ...(keys === undefined ? {} : { keys: kept(before.keys, jedaKeys(parseKeys(keys))) }),
    ...(facts === undefined ? {} : { hooks: kept(before.hooks, facts.hooks) }),
    ...rememberAround(siteOf(listing, before.keys), known),
  };
}

/** Name → what is the matter with it. */
function around(listing: EdgeListing, known: Properties): Record<string, string> {
  const before = rememberedSchema.parse(known);
  const { hooks } = before;
  return {
    ...changedAround(siteOf(listing, before.keys), known),
    ...(listing.facts === undefined
      ? {}
      : placeFindings(listing.facts, hooks === undefined ? {} : { hooks })),
    ...(listing.keys === undefined ? {} : keyFindings(parseKeys(listing.keys), before.keys)),
  };
}

export function edgeScript(edges: Edges): Handler<EdgeScriptInputs> {
  const install = async (
    inputs: EdgeScriptInputs,
    call: Call,
    known: Properties = {},
  ): Promise<Properties> => {
    const text = edgeScriptText();
    const policy = edges.client(inputs.edge, inputs.ssh, "policy");
    const listing = await policy.list({});
    const places = listing.facts === undefined ? {} : placeFindings(listing.facts, {});
    const current = listing.scriptSha256 === sha256(text) && (listing.scriptMode ?? MODE) === MODE;
    if (!current || Object.keys(places).length > 0) await edges.install(inputs.edge, inputs.ssh, text);
    const after = await policy.list({});
    if (after.scriptSha256 !== sha256(text)) {
      throw new JedaError("REFUSED", `${inputs.edge} still runs another script after its installation`, {
        hint: "Does the policy key's forced command name the file that is replaced, /usr/local/lib/jeda/edge?",
      });
    }
    if (after.facts?.hooks.length === 0) {
      await call.log.warning(
        `nothing that a boot of ${inputs.edge} runs holds "${PATH} boot": see docs/edge-protocol.md`,
      );
    }
    return remembered(after, known);
  };

  return {
    schema,
    identity: ["edge"],
    derive: async () => ({
      script: sha256(edgeScriptText()),
      mode: MODE,
      around: {},
    }),

    async create(inputs, call) {
      return { id: inputs.edge, outputs: await install(inputs, call) };
    },

    async read(inputs, known) {
      const listing = await edges.client(inputs.edge, inputs.ssh, "read").list({});
      const { scriptSha256: script, scriptMode: mode = MODE } = listing;
      const found = around(listing, known);
      const drift = [
        ...(script === inputs.script ? [] : [`${PATH} is not what was installed`]),
        ...(mode === MODE ? [] : [`${PATH} has mode and owner ${mode} instead of ${MODE}`]),
        ...Object.entries(found).map(([name, what]) => `${name} ${what}`),
      ].map((line) => `${inputs.edge}: ${line}`);
      const { keys = null, hooks = null, surroundings = null } = known;
      return { inputs: { script, mode, around: found }, outputs: { keys, hooks, surroundings }, drift };
    },

    async update(inputs, _olds, known, call) {
      return install(inputs, call, known);
    },

    async delete(inputs, call) {
      await call.log.info(
        `the script stays on ${inputs.edge}: without it nobody could release or list a lease`,
      );
    },
  };
}
