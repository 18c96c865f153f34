/**
 * Stands in for the `pulumi-resource-command` plugin, which no package registry has: `command:local:Command` and
 * `command:local:run`, as version 1.2.1 behaves. What the engine asks of it is listed in docs/toolchain.md.
 */
import { providerGrpc } from "../../pulumi-protocol/proto.ts";
import { engineAddress, serve } from "../plugin/serve.ts";
import { LineLog } from "./line-log.ts";
import { commandProvider } from "./provider.ts";
import { RunningCommands } from "./running.ts";

const running = new RunningCommands();
const log = new LineLog(engineAddress());
serve(providerGrpc.ResourceProviderService, commandProvider(running, log), () => running.killShells());
