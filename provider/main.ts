/** The provider's process: prints its port, serves the engine, and ends when the engine does. */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { providerGrpc } from "../pulumi-protocol/proto.ts";
import { EngineLog } from "./engine/engine-log.ts";
import { Work } from "./engine/in-flight.ts";
import { implementation } from "./engine/server.ts";
import { surroundings } from "./hosts/wiring.ts";

// The engine gives a plugin the whole configuration in clear; what we start shall not inherit it.
delete process.env.PULUMI_CONFIG;

const work = new Work();
const log = new EngineLog(process.argv.at(-1)?.includes(":") ? process.argv.at(-1) : undefined);
const world = surroundings();
// No limit: a policy of thousands of rules is one message.
const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
server.addService(
  providerGrpc.ResourceProviderService,
  implementation({ handlers: world.handlers, log, work }),
);

let ending = false;
/** A running apply is waited for: half an apply would only be undone by the edge, 30 s later. */
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  work.refuse("pulumi is ending");
  await work.finished();
  await world.close();
  log.close();
  server.forceShutdown();
  process.exit(0);
}

process.on("SIGINT", end);
process.on("SIGTERM", end);
// The engine holds the other end of standard input; it closes when the engine dies.
process.stdin.on("end", end).on("error", end).resume();

server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) {
    process.stderr.write(`jeda's provider can't listen on 127.0.0.1: ${error.message}\n`);
    process.exit(1);
  }
  process.stdout.write(`${port}\n`);
});
