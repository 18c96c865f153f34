/** The calls of the language host's protocol that the engine makes. */
import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import { emptyPb, pluginPb } from "../../pulumi-protocol/proto.ts";
import { answer } from "../plugin/answer.ts";
import { dependencies, requiredPackages } from "./packages.ts";
import { runProgram } from "./run.ts";

export function languageHost(engine: string | undefined): UntypedServiceImplementation {
  return {
    getPluginInfo: answer(() => new pluginPb.PluginInfo().setVersion("3.250.0")),
    handshake: answer(() => new languagePb.LanguageHandshakeResponse()),
    about: answer(() =>
      new languagePb.AboutResponse().setExecutable(process.execPath).setVersion(process.version),
    ),
    getRequiredPlugins: answer(() => new languagePb.GetRequiredPluginsResponse()),
    getRequiredPackages: answer((request: languagePb.GetRequiredPackagesRequest) => {
      const response = new languagePb.GetRequiredPackagesResponse();
      for (const { name, version } of requiredPackages(request.getInfo()?.getProgramDirectory() ?? ".")) {
        const found = new pluginPb.PackageDependency();
        found.setName(name);
        found.setKind("resource");
        found.setVersion(version);
        response.addPackages(found);
      }
      return response;
    }),
    getProgramDependencies: answer((request: languagePb.GetProgramDependenciesRequest) => {
      const response = new languagePb.GetProgramDependenciesResponse();
      const directory = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
      for (const { name, version } of dependencies(directory)) {
        response.addDependencies(new languagePb.DependencyInfo().setName(name).setVersion(version));
      }
      return response;
    }),
    runtimeOptionsPrompts: answer(() => new languagePb.RuntimeOptionsResponse()),
    run: answer((request: languagePb.RunRequest) => runProgram(request, engine)),
    // Comes at the end of every operation, too; the signal that follows ends what still runs.
    cancel: answer(() => new emptyPb.Empty()),
  };
}
