/** What this machine itself depends on while a window runs; the only file of the proof that looks around. */
import { getServers } from "node:dns";
import { existsSync, readFileSync } from "node:fs";
import { homedir, networkInterfaces } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { literalHost } from "../network/host-address.ts";
import { stateHost, timeServers } from "../proof/external-endpoints.ts";
import type { Circumstances } from "../proof/proof-types.ts";

/** Where Debian's time services keep their servers. */
const timeConfigs = [
  "/etc/systemd/timesyncd.conf",
  "/etc/chrony/chrony.conf",
  "/etc/chrony.conf",
  "/etc/ntp.conf",
  "/etc/ntpsec/ntp.conf",
];

/** @param projectDir holds Pulumi.yaml, which may name the backend */
export function surroundings(
  projectDir: string,
  environment: NodeJS.ProcessEnv = process.env,
): Pick<Circumstances, "machine" | "endpoints"> {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const state = stateHost(backendUrl(projectDir, environment));
  // An address with a zone is a neighbour's: on the wire, never behind an edge.
  const servers = getServers().flatMap((server) => literalHost(server) ?? []);
  const clocks = timeConfigs.flatMap((file) => timeServers(read(file)));
  return {
    machine: own.filter(({ internal }) => !internal).map(({ address }) => address),
    endpoints: [
      ...(state === null ? [] : [{ name: "the Pulumi backend", always: true, ...state }]),
      ...servers.map((host) => ({ name: "this machine's name server", host, always: false })),
      ...clocks.map((host) => ({ name: "this machine's time server", host, always: false })),
    ],
  };
}

/** As the engine chooses it: the environment, the project, then whatever was last logged in to. */
function backendUrl(projectDir: string, environment: NodeJS.ProcessEnv): string {
  if (environment.PULUMI_BACKEND_URL) return environment.PULUMI_BACKEND_URL;
  const project = parse(read(join(projectDir, "Pulumi.yaml"))) as { backend?: { url?: unknown } } | null;
  if (typeof project?.backend?.url === "string") return project.backend.url;
  const home = environment.PULUMI_HOME || join(homedir(), ".pulumi");
  try {
    const { current } = JSON.parse(read(join(home, "credentials.json"))) as { readonly current?: unknown };
    return typeof current === "string" ? current : "";
  } catch {
    return "";
  }
}

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
