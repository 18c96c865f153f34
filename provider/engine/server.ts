/**
 * The engine's calls, turned into calls of the handlers. Knows the wire, and nothing of hospitals. Inputs are
 * repeated as outputs, for that is where the engine looks for the live values that `pulumi refresh --diff` prints.
 */
import type { ServerUnaryCall, sendUnaryData, UntypedServiceImplementation } from "@grpc/grpc-js";
import { z } from "zod";
import { differences } from "../../pulumi-protocol/diff.ts";
import { emptyPb, pluginPb, providerPb } from "../../pulumi-protocol/proto.ts";
import {
  fromStruct,
  holdsUnknown,
  type Properties,
  toStruct,
  unwrapAll,
} from "../../pulumi-protocol/wire.ts";
import { JedaError } from "../../src/model/errors.ts";
import type { EngineLog } from "./engine-log.ts";
import { initFailure, plainFailure, tell } from "./failure.ts";
import type { AnyHandler, Call, Handler } from "./handler.ts";
import type { Work } from "./in-flight.ts";

export interface Served {
  /** By type token, `jeda:index:EdgeFirewall`. */
  readonly handlers: ReadonlyMap<string, AnyHandler>;
  readonly log: EngineLog;
  readonly work: Work;
}

interface Named {
  getUrn(): string;
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME` */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

export function implementation(around: Served): UntypedServiceImplementation {
  const handlerOf = (request: Named): AnyHandler => {
    const type = typeOf(request.getUrn());
    const handler = around.handlers.get(type);
    if (handler === undefined) throw new JedaError("INTERNAL", `the provider knows no resource "${type}"`);
    return handler;
  };
  const callOf = (request: Named): Call => ({ urn: request.getUrn(), log: around.log.for(request.getUrn()) });
  const answer =
    <Q, R>(work: (request: Q) => Promise<R>) =>
    ({ request }: ServerUnaryCall<Q, R>, reply: sendUnaryData<R>) => {
      around.work
        .run(() => work(request))
        .then(
          (response) => reply(null, response),
          (error: unknown) => reply(error instanceof Answered ? error.failure : plainFailure(error)),
        );
    };

  return {
    handshake: answer(async () => {
      const response = new providerPb.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      return response;
    }),
    getPluginInfo: answer(async () => new pluginPb.PluginInfo().setVersion("0.1.0")),
    getSchema: answer(async () =>
      new providerPb.GetSchemaResponse().setSchema(
        JSON.stringify({
          name: "jeda",
          version: "0.1.0",
          resources: Object.fromEntries([...around.handlers.keys()].map((type) => [type, {}])),
        }),
      ),
    ),
    checkConfig: answer(async (request: providerPb.CheckRequest) =>
      new providerPb.CheckResponse().setInputs(request.getNews()),
    ),
    diffConfig: answer(async () =>
      new providerPb.DiffResponse().setChanges(providerPb.DiffResponse.DiffChanges.DIFF_NONE),
    ),
    configure: answer(async () => {
      const response = new providerPb.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      return response;
    }),
    cancel: answer(async () => {
      // What runs goes on to its end, and the process ends with the engine: leaving now would look like a crash.
      around.work.refuse("pulumi was cancelled");
      return new emptyPb.Empty();
    }),

    check: answer(async (request: providerPb.CheckRequest) => {
      const handler = handlerOf(request);
      const news = fromStruct(request.getNews());
      const response = new providerPb.CheckResponse();
      if (holdsUnknown(news)) return response.setInputs(toStruct(news));
      const parsed = handler.schema.safeParse(unwrapAll(news));
      if (!parsed.success) {
        // `property` stays empty: with one, the engine prints the property's whole value.
        for (const { path, message } of parsed.error.issues) {
          response.addFailures(new providerPb.CheckFailure().setReason(`${path.join(".")}: ${message}`));
        }
        return response.setInputs(toStruct(news));
      }
      try {
        const derived = (await handler.derive?.(parsed.data, unwrapAll(fromStruct(request.getOlds())))) ?? {};
        return response.setInputs(toStruct({ ...news, ...derived }));
      } catch (error) {
        if (!(error instanceof JedaError)) throw error;
        response.addFailures(new providerPb.CheckFailure().setReason(tell(error)));
        return response.setInputs(toStruct(news));
      }
    }),

    diff: answer(async (request: providerPb.DiffRequest) => {
      const handler = handlerOf(request);
      const found = differences(
        fromStruct(request.getOldInputs()),
        fromStruct(request.getNews()),
        handler.quiet,
      );
      const response = new providerPb.DiffResponse();
      const { DIFF_SOME, DIFF_NONE } = providerPb.DiffResponse.DiffChanges;
      response.setChanges(found.length > 0 ? DIFF_SOME : DIFF_NONE);
      response.setHasdetaileddiff(true);
      const { Kind } = providerPb.PropertyDiff;
      for (const { path, property, kind } of found) {
        const replaces = handler.identity.includes(property);
        const plain = { add: Kind.ADD, delete: Kind.DELETE, update: Kind.UPDATE }[kind];
        const detail = new providerPb.PropertyDiff();
        // In the protocol every kind is followed by its replacing twin.
        detail.setKind(replaces ? plain + 1 : plain);
        detail.setInputdiff(true);
        response.getDetaileddiffMap().set(path, detail);
        if (replaces && !response.getReplacesList().includes(property)) response.addReplaces(property);
        if (!response.getDiffsList().includes(property)) response.addDiffs(property);
      }
      return response;
    }),

    create: answer(async (request: providerPb.CreateRequest) => {
      const handler = handlerOf(request);
      const raw = fromStruct(request.getProperties());
      const response = new providerPb.CreateResponse();
      response.setRefreshBeforeUpdate(true);
      if (request.getPreview()) {
        await inspect(handler, raw, callOf(request));
        return response.setProperties(toStruct({}));
      }
      const { id, outputs } = await handler.create(handler.schema.parse(unwrapAll(raw)), callOf(request));
      return response.setId(id).setProperties(toStruct({ ...told(handler, raw), ...outputs }));
    }),

    read: answer(async (request: providerPb.ReadRequest) => {
      const handler = handlerOf(request);
      const inputs = fromStruct(request.getInputs());
      const outputs = fromStruct(request.getProperties());
      const call = callOf(request);
      const response = new providerPb.ReadResponse();
      response.setRefreshBeforeUpdate(true);
      try {
        const live = await handler.read(fromState(handler, inputs), unwrapAll(outputs), call);
        if (live === null) return response;
        for (const line of live.drift) await call.log.warning(`drift: ${line}`);
        for (const line of live.notes ?? []) await call.log.info(`note: ${line}`);
        const liveInputs = { ...inputs, ...live.inputs };
        return response
          .setId(request.getId())
          .setInputs(toStruct(liveInputs))
          .setProperties(toStruct({ ...told(handler, liveInputs), ...live.outputs }));
      } catch (error) {
        // A key that is not accepted any more says nothing of the other hosts either.
        const silent = error instanceof JedaError && ["UNREACHABLE", "CREDENTIALS"].includes(error.code);
        if (!silent) throw error;
        throw new Answered(initFailure(error, { id: request.getId(), inputs, outputs }));
      }
    }),

    update: answer(async (request: providerPb.UpdateRequest) => {
      const handler = handlerOf(request);
      const raw = fromStruct(request.getNews());
      const response = new providerPb.UpdateResponse();
      response.setRefreshBeforeUpdate(true);
      if (request.getPreview()) {
        const olds = fromState(handler, fromStruct(request.getOldInputs()));
        await inspect(handler, raw, callOf(request), olds);
        return response.setProperties(request.getOlds());
      }
      const outputs = await handler.update(
        handler.schema.parse(unwrapAll(raw)),
        fromState(handler, fromStruct(request.getOldInputs())),
        unwrapAll(fromStruct(request.getOlds())),
        callOf(request),
      );
      return response.setProperties(toStruct({ ...told(handler, raw), ...outputs }));
    }),

    delete: answer(async (request: providerPb.DeleteRequest) => {
      const handler = handlerOf(request);
      const inputs = fromStruct(request.getOldInputs());
      await handler.delete(fromState(handler, inputs), callOf(request));
      return new emptyPb.Empty();
    }),
  };
}

/** What is worth a second copy in state: not what only says again what other inputs say. */
function told(handler: AnyHandler, inputs: Properties): Properties {
  return Object.fromEntries(
    Object.entries(inputs).filter(([name]) => handler.quiet?.includes(name) !== true),
  );
}

/** Inputs as an earlier version of this provider left them: what this one doesn't know any more is no error. */
function fromState<I>(handler: Handler<I>, inputs: Properties): I {
  const known =
    handler.schema instanceof z.ZodObject ? Object.keys(handler.schema.shape) : Object.keys(inputs);
  const kept = Object.entries(unwrapAll(inputs)).filter(([name]) => known.includes(name));
  return handler.schema.parse(Object.fromEntries(kept));
}

/** A failure whose whole form is already made. */
class Answered extends Error {
  readonly failure: ReturnType<typeof initFailure>;

  constructor(failure: ReturnType<typeof initFailure>) {
    super(failure.details ?? "");
    this.failure = failure;
  }
}

/** In a preview a host out of reach is only said: a laptop may look at a hospital without reaching it. */
async function inspect(handler: AnyHandler, raw: Properties, call: Call, olds?: unknown): Promise<void> {
  if (handler.inspect === undefined || holdsUnknown(raw)) return;
  try {
    await handler.inspect(handler.schema.parse(unwrapAll(raw)), call, olds);
  } catch (error) {
    if (!(error instanceof JedaError) || error.code !== "UNREACHABLE") throw error;
    await call.log.warning(`not compared with the host: ${error.message}`);
  }
}
