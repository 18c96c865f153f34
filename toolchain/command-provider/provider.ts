/** The provider's side of the engine's protocol, for `command:local:Command` and `command:local:run`. */
import { randomBytes } from "node:crypto";
import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { differences } from "../../pulumi-protocol/diff.ts";
import { emptyPb, pluginPb, providerPb } from "../../pulumi-protocol/proto.ts";
import { fromStruct, type Properties, toStruct, UNKNOWN, unwrapAll } from "../../pulumi-protocol/wire.ts";
import { answer } from "../plugin/answer.ts";
import { collectFiles } from "./assets.ts";
import { execute, type PreviousOutput } from "./execute.ts";
import { checkInputs, onlyInputs, plainInputs } from "./inputs.ts";
import type { LineLog } from "./line-log.ts";
import type { RunningCommands } from "./running.ts";

const VERSION = "1.2.1";
const RESOURCE = "command:local:Command";
const FUNCTION = "command:local:run";

export function commandProvider(running: RunningCommands, log: LineLog): UntypedServiceImplementation {
  /**
   * Runs `text` and gives what the state holds afterwards: the inputs as they came, and what was printed. Like the
   * original's, an output is secret only if an input of the same name is, which none is: what a command echoes is clear.
   */
  async function run(urn: string, text: string, raw: Properties, previous: Properties): Promise<Properties> {
    const inputs = plainInputs(raw);
    const before = unwrapAll(previous) as PreviousOutput;
    try {
      const output = await execute(text, inputs, before, running, (line) => log.send(urn, line));
      return { ...raw, ...output, ...collectFiles(inputs) };
    } finally {
      await log.flushed();
    }
  }

  return {
    handshake: answer(() => new providerPb.ProviderHandshakeResponse().setAcceptSecrets(true)),
    getPluginInfo: answer(() => new pluginPb.PluginInfo().setVersion(VERSION)),
    getSchema: answer(() =>
      new providerPb.GetSchemaResponse().setSchema(
        JSON.stringify({ name: "command", version: VERSION, resources: { [RESOURCE]: {} } }),
      ),
    ),
    checkConfig: answer((request: providerPb.CheckRequest) =>
      new providerPb.CheckResponse().setInputs(request.getNews()),
    ),
    diffConfig: answer(() =>
      new providerPb.DiffResponse().setChanges(providerPb.DiffResponse.DiffChanges.DIFF_NONE),
    ),
    configure: answer(() =>
      new providerPb.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true),
    ),
    cancel: answer(() => {
      running.killShells();
      return new emptyPb.Empty();
    }),

    check: answer((request: providerPb.CheckRequest) => {
      refuseOthers(request.getUrn());
      const news = fromStruct(request.getNews());
      const response = new providerPb.CheckResponse().setInputs(toStruct(news));
      for (const { property, reason } of checkInputs(news)) {
        response.addFailures(new providerPb.CheckFailure().setProperty(property).setReason(reason));
      }
      return response;
    }),

    diff: answer((request: providerPb.DiffRequest) => diff(request)),

    create: answer(async (request: providerPb.CreateRequest) => {
      const raw = fromStruct(request.getProperties());
      const response = new providerPb.CreateResponse();
      if (request.getPreview()) {
        return response.setProperties(toStruct({ ...raw, stdout: UNKNOWN, stderr: UNKNOWN }));
      }
      const text = plainInputs(raw).create;
      const empty = { ...raw, stdout: "", stderr: "" };
      const state = text === undefined ? empty : await run(request.getUrn(), text, raw, {});
      const name = request.getUrn().split("::").at(-1) ?? "";
      return response.setId(name + randomBytes(4).toString("hex")).setProperties(toStruct(state));
    }),

    update: answer(async (request: providerPb.UpdateRequest) => {
      const raw = fromStruct(request.getNews());
      const olds = fromStruct(request.getOlds());
      const response = new providerPb.UpdateResponse();
      const kept = { stdout: olds.stdout ?? "", stderr: olds.stderr ?? "" };
      if (request.getPreview()) {
        return response.setProperties(toStruct({ ...raw, stdout: UNKNOWN, stderr: UNKNOWN }));
      }
      const { update, create } = plainInputs(raw);
      const text = update ?? create;
      const state = text === undefined ? { ...raw, ...kept } : await run(request.getUrn(), text, raw, olds);
      return response.setProperties(toStruct(state));
    }),

    delete: answer(async (request: providerPb.DeleteRequest) => {
      // The state's own text runs, not that of today's program.
      const state = fromStruct(request.getProperties());
      const text = plainInputs(onlyInputs(state)).delete;
      if (text !== undefined) await run(request.getUrn(), text, onlyInputs(state), state);
      return new emptyPb.Empty();
    }),

    /** There is nothing outside to read: the state is the truth. */
    read: answer((request: providerPb.ReadRequest) =>
      new providerPb.ReadResponse()
        .setId(request.getId())
        .setInputs(request.getInputs())
        .setProperties(request.getProperties()),
    ),

    invoke: answer(async (request: providerPb.InvokeRequest) => {
      if (request.getTok() !== FUNCTION) throw new Error(`unknown function "${request.getTok()}"`);
      const raw = fromStruct(request.getArgs());
      const { command } = unwrapAll(raw);
      if (typeof command !== "string") throw new Error("missing required argument 'command'");
      return new providerPb.InvokeResponse().setReturn(toStruct(await run("", command, raw, {})));
    }),
  };
}

function diff(request: providerPb.DiffRequest): providerPb.DiffResponse {
  const olds = request.getOldInputs() ?? request.getOlds();
  const ignored = request.getIgnorechangesList();
  const found = differences(onlyInputs(fromStruct(olds)), fromStruct(request.getNews())).filter(
    ({ property }) => !ignored.includes(property),
  );
  const { DIFF_SOME, DIFF_NONE } = providerPb.DiffResponse.DiffChanges;
  const response = new providerPb.DiffResponse().setChanges(found.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setHasdetaileddiff(true);
  const { Kind } = providerPb.PropertyDiff;
  for (const { path, property, kind } of found) {
    const replaces = property === "triggers";
    const plain = { add: Kind.ADD, delete: Kind.DELETE, update: Kind.UPDATE }[kind];
    // In the protocol every kind is followed by its replacing twin.
    const detail = new providerPb.PropertyDiff().setKind(replaces ? plain + 1 : plain).setInputdiff(true);
    response.getDetaileddiffMap().set(path, detail);
    if (replaces) response.addReplaces(property);
    response.addDiffs(property);
  }
  return response;
}

function refuseOthers(urn: string): void {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  if (type !== RESOURCE) {
    throw new Error(`${type} is not among what the toolchain's stand-in for the command provider can do`);
  }
}
