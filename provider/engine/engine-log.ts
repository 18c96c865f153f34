/** Lines for the engine's display, sent one after another: calls made at once arrive in any order. */
import { credentials } from "@grpc/grpc-js";
import { engineGrpc, enginePb } from "../../pulumi-protocol/proto.ts";
import type { Log } from "./handler.ts";

export class EngineLog {
  readonly #client: engineGrpc.EngineClient | null;
  #last: Promise<void> = Promise.resolve();

  /** `address` is "host:port" of the engine; without one (tests) lines go nowhere. */
  constructor(address: string | undefined) {
    this.#client =
      address === undefined ? null : new engineGrpc.EngineClient(address, credentials.createInsecure());
  }

  for(urn: string): Log {
    return {
      info: (line) => this.#send(enginePb.LogSeverity.INFO, urn, line),
      warning: (line) => this.#send(enginePb.LogSeverity.WARNING, urn, line),
    };
  }

  close(): void {
    this.#client?.close();
  }

  #send(severity: enginePb.LogSeverity, urn: string, line: string): Promise<void> {
    const client = this.#client;
    if (client === null) return Promise.resolve();
    const request = new enginePb.LogRequest();
    request.setSeverity(severity);
    request.setUrn(urn);
    request.setMessage(line);
    // A line that the engine doesn't take must not fail the work it tells of.
    this.#last = this.#last.then(() => new Promise((resolve) => client.log(request, () => resolve())));
    return this.#last;
  }
}
