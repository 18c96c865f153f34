/** Runs the program in a Node of its own, by the runner inside the program's @pulumi/pulumi. */
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import { fromStruct } from "../../pulumi-protocol/wire.ts";

/** The runner's exit code when it has told the person everything already. */
const TOLD_ALREADY = 32;

const running = new Set<ChildProcess>();

/** Ends every program that still runs; called as the engine goes away. */
export function endPrograms(): void {
  for (const child of running) child.kill("SIGKILL");
}

export async function runProgram(
  request: languagePb.RunRequest,
  engine: string | undefined,
): Promise<languagePb.RunResponse> {
  const info = request.getInfo();
  const directory = info?.getProgramDirectory() || request.getPwd();
  const options = fromStruct(info?.getOptions());
  const nodeArguments = typeof options.nodeargs === "string" ? options.nodeargs.split(/\s+/) : [];
  const response = new languagePb.RunResponse();
  let runner: string;
  try {
    runner = createRequire(join(directory, "package.json")).resolve("@pulumi/pulumi/cmd/run");
  } catch {
    return response.setError(
      "It looks like the Pulumi SDK has not been installed. Have you run npm install or yarn install?",
    );
  }
  const child = spawn(
    process.execPath,
    [...nodeArguments.filter(Boolean), runner, ...runnerArguments(request, engine)],
    {
      cwd: request.getPwd() || directory,
      env: programEnvironment(request, options.typescript !== false),
      // The engine shows what a program prints; our own standard output has nothing more to say after the port.
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  running.add(child);
  return await new Promise((resolve) => {
    child.once("error", (error) => {
      running.delete(child);
      resolve(
        response.setError(`Problem executing program (could not run language executor): ${error.message}`),
      );
    });
    child.once("close", (code, signal) => {
      running.delete(child);
      if (code === TOLD_ALREADY) response.setBail(true);
      else if (signal !== null) response.setError(`Program exited unexpectedly: signal: ${signal}`);
      else if (code !== 0) response.setError(`Program exited with non-zero exit code: ${code}`);
      resolve(response);
    });
  });
}

/** In the order of the official host; a flag without a value is left out. */
export function runnerArguments(request: languagePb.RunRequest, engine: string | undefined): string[] {
  const info = request.getInfo();
  const flags: readonly (readonly [string, string | undefined])[] = [
    ["monitor", request.getMonitorAddress()],
    ["engine", engine],
    ["organization", request.getOrganization()],
    ["project", request.getProject()],
    ["root-directory", info?.getRootDirectory()],
    ["stack", request.getStack()],
    ["pwd", request.getPwd()],
  ];
  return [
    ...flags.flatMap(([name, value]) => (value ? [`--${name}`, value] : [])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    "--parallel",
    String(request.getParallel()),
    info?.getEntryPoint() || request.getProgram() || ".",
    ...request.getArgsList(),
  ];
}

function programEnvironment(request: languagePb.RunRequest, typescript: boolean): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    // The runner registers ts-node only then; without it Node strips the types itself.
    PULUMI_NODEJS_TYPESCRIPT: String(typescript),
  };
}
