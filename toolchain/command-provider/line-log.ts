/** Output lines for the engine's display. */
import { credentials } from "@grpc/grpc-js";
import { engineGrpc, enginePb } from "../../pulumi-protocol/proto.ts";

/** A longer line is sent in pieces: the engine's message size has an end, and a display has one much sooner. */
const LONGEST_LINE = 60_000;

export class LineLog {
  readonly #client: engineGrpc.EngineClient | null;
  #last: Promise<void> = Promise.resolve();

  constructor(address: string | undefined) {
    this.#client =
      address === undefined ? null : new engineGrpc.EngineClient(address, credentials.createInsecure());
  }

  /** Sends after every earlier line has arrived: calls made at once come in any order. */
  send(urn: string, line: string): void {
    for (let start = 0; start === 0 || start < line.length; start += LONGEST_LINE) {
      const piece = line.slice(start, start + LONGEST_LINE);
      this.#last = this.#last.then(() => this.#sendOne(urn, piece));
    }
  }

  /** Resolves when every line so far has arrived. */
  flushed(): Promise<void> {
    return this.#last;
  }

  #sendOne(urn: string, line: string): Promise<void> {
    const client = this.#client;
    if (client === null) return Promise.resolve();
    const request = new enginePb.LogRequest();
    request.setSeverity(enginePb.LogSeverity.INFO);
    request.setUrn(urn);
    request.setMessage(line);
    // As progress beside the resource, not as a diagnostic that stays.
    request.setEphemeral(true);
    // A line that the engine doesn't take must not fail the command.
    return new Promise((resolve) => client.log(request, () => resolve()));
  }
}
