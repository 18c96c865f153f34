/** The engine's side of the protocol: a real gRPC client against the provider's server, in one process. */
import { type Client, credentials, Server, ServerCredentials, type ServiceError } from "@grpc/grpc-js";
import { EngineLog } from "../../../provider/engine/engine-log.ts";
import type { AnyHandler } from "../../../provider/engine/handler.ts";
import { Work } from "../../../provider/engine/in-flight.ts";
import { implementation } from "../../../provider/engine/server.ts";
import { emptyPb, providerGrpc, providerPb, statusPb } from "../../../pulumi-protocol/proto.ts";
import { fromStruct, type Properties, toStruct } from "../../../pulumi-protocol/wire.ts";

export interface Failure {
  readonly message: string;
  /** Set when the engine was told that the resource stays in state. */
  readonly init: {
    readonly id: string;
    readonly inputs: Properties;
    readonly reasons: readonly string[];
  } | null;
}

export class Refused extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

function failureOf(error: ServiceError): Failure {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  if (bytes === undefined) return { message: error.details, init: null };
  const detail = statusPb.Status.deserializeBinary(Buffer.from(bytes)).getDetailsList()[0];
  const init = providerPb.ErrorResourceInitFailed.deserializeBinary(
    detail?.getValue_asU8() ?? new Uint8Array(),
  );
  return {
    message: error.details,
    init: { id: init.getId(), inputs: fromStruct(init.getInputs()), reasons: init.getReasonsList() },
  };
}

export async function startEngine(handlers: Readonly<Record<string, AnyHandler>>) {
  const server = new Server();
  server.addService(
    providerGrpc.ResourceProviderService,
    implementation({
      handlers: new Map(Object.entries(handlers)),
      log: new EngineLog(undefined),
      work: new Work(),
    }),
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  const client = new providerGrpc.ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const call = <Q, R>(
    method: (request: Q, done: (e: ServiceError | null, r: R) => void) => unknown,
    request: Q,
  ) =>
    new Promise<R>((resolve, reject) =>
      method.call(client, request, (error, response) =>
        error === null ? resolve(response) : reject(new Refused(failureOf(error))),
      ),
    );
  const urn = (type: string) => `urn:pulumi:test::jeda::jeda:hospital:Edge$${type}::thing`;

  return {
    async check(type: string, news: Properties, olds: Properties = {}) {
      const request = new providerPb.CheckRequest()
        .setUrn(urn(type))
        .setNews(toStruct(news))
        .setOlds(toStruct(olds));
      const response = await call<providerPb.CheckRequest, providerPb.CheckResponse>(client.check, request);
      return {
        inputs: fromStruct(response.getInputs()),
        failures: response.getFailuresList().map((f) => f.toObject()),
      };
    },
    async create(type: string, inputs: Properties, preview = false) {
      const request = new providerPb.CreateRequest()
        .setUrn(urn(type))
        .setProperties(toStruct(inputs))
        .setPreview(preview);
      const response = await call<providerPb.CreateRequest, providerPb.CreateResponse>(
        client.create,
        request,
      );
      return {
        id: response.getId(),
        outputs: fromStruct(response.getProperties()),
        refresh: response.getRefreshBeforeUpdate(),
      };
    },
    async read(type: string, id: string, inputs: Properties, outputs: Properties = inputs) {
      const request = new providerPb.ReadRequest()
        .setUrn(urn(type))
        .setId(id)
        .setInputs(toStruct(inputs))
        .setProperties(toStruct(outputs));
      const response = await call<providerPb.ReadRequest, providerPb.ReadResponse>(client.read, request);
      return {
        id: response.getId(),
        inputs: fromStruct(response.getInputs()),
        outputs: fromStruct(response.getProperties()),
        refresh: response.getRefreshBeforeUpdate(),
      };
    },
    async diff(type: string, before: Properties, after: Properties) {
      const request = new providerPb.DiffRequest()
        .setUrn(urn(type))
        .setId("id")
        .setOldInputs(toStruct(before))
        .setOlds(toStruct(before))
        .setNews(toStruct(after));
      const response = await call<providerPb.DiffRequest, providerPb.DiffResponse>(client.diff, request);
      const names = Object.entries(providerPb.PropertyDiff.Kind);
      return {
        changes: response.getChanges() === providerPb.DiffResponse.DiffChanges.DIFF_SOME,
        replaces: response.getReplacesList(),
        paths: Object.fromEntries(
          response
            .getDetaileddiffMap()
            .toArray()
            .map(([path]) => path)
            .map((path) => [
              path,
              names.find(([, kind]) => kind === response.getDetaileddiffMap().get(path)?.getKind())?.[0] ??
                "",
            ]),
        ),
      };
    },
    async update(type: string, before: Properties, after: Properties, preview = false) {
      const request = new providerPb.UpdateRequest()
        .setUrn(urn(type))
        .setId("id")
        .setOldInputs(toStruct(before))
        .setOlds(toStruct(before))
        .setNews(toStruct(after))
        .setPreview(preview);
      const response = await call<providerPb.UpdateRequest, providerPb.UpdateResponse>(
        client.update,
        request,
      );
      return { outputs: fromStruct(response.getProperties()), refresh: response.getRefreshBeforeUpdate() };
    },
    async delete(type: string, inputs: Properties) {
      const request = new providerPb.DeleteRequest()
        .setUrn(urn(type))
        .setId("id")
        .setOldInputs(toStruct(inputs))
        .setProperties(toStruct(inputs));
      await call<providerPb.DeleteRequest, emptyPb.Empty>(client.delete, request);
    },
    async cancel() {
      await call<emptyPb.Empty, emptyPb.Empty>(client.cancel, new emptyPb.Empty());
    },
    close() {
      (client as Client).close();
      server.forceShutdown();
    },
  };
}
