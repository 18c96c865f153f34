/** A plugin's process: prints its port, serves the engine on loopback, and ends with it. */
import {
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";

/** "host:port" of the engine: the last argument, after whatever flags it gives. */
export function engineAddress(argv: readonly string[] = process.argv): string | undefined {
  const last = argv.at(-1);
  return last?.includes(":") ? last : undefined;
}

/**
 * Serves until the engine signals or closes standard input (it died); `beforeEnd` then stops what is running.
 * The first line on standard output is the port, and nothing else is ever written there by this function.
 */
export function serve(
  service: ServiceDefinition,
  implementation: UntypedServiceImplementation,
  beforeEnd: () => void = () => {},
): void {
  const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
  const server = new Server(unlimited);
  server.addService(service, implementation);
  const end = () => {
    beforeEnd();
    server.forceShutdown();
    process.exit(0);
  };
  process.on("SIGINT", end).on("SIGTERM", end);
  process.stdin.on("end", end).on("error", end).resume();
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) {
      process.stderr.write(`can't listen on 127.0.0.1: ${error.message}\n`);
      process.exit(1);
    }
    process.stdout.write(`${port}\n`);
  });
}
