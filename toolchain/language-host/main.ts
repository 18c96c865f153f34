/**
 * Stands in for `pulumi-language-nodejs`, which no package registry has: runs a Node.js program by the runner that
 * @pulumi/pulumi ships. What the engine asks of it is listed in docs/toolchain.md.
 */
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { engineAddress, serve } from "../plugin/serve.ts";
import { languageHost } from "./host.ts";
import { endPrograms } from "./run.ts";

serve(languageGrpc.LanguageRuntimeService, languageHost(engineAddress()), endPrograms);
