/** What this machine itself needs by address while a window runs; the only file of the proof that looks around. */
import { getServers } from "node:dns";
import { literalHost } from "./address.ts";
import type { Circumstances } from "./flow.ts";

export function surroundings(environment: NodeJS.ProcessEnv = process.env): Circumstances {
  const named = [
    { name: "the Pulumi backend", address: literalHost(environment.PULUMI_BACKEND_URL ?? "") },
    ...getServers().map((server) => ({ name: "this machine's name server", address: literalHost(server) })),
  ];
  return { endpoints: named.flatMap(({ name, address }) => (address === null ? [] : [{ name, address }])) };
}
