/** The real edges and hosts, reached by OpenSSH. The only file of the provider that joins it to the world. */
import { closeAllSsh, runSsh } from "../src/host/ssh.ts";
import type { AnyHandler } from "./handler.ts";
import { handlers } from "./resources/registry.ts";

export interface Surroundings {
  readonly handlers: ReadonlyMap<string, AnyHandler>;
  /** Ends the SSH connections that the handlers share. */
  close(): Promise<void>;
}

export function surroundings(): Surroundings {
  const edges = {
    client: () => {
      throw new Error("not yet");
    },
    install: () => {
      throw new Error("not yet");
    },
    prober: () => {
      throw new Error("not yet");
    },
    transition: () => {
      throw new Error("not yet");
    },
    removal: () => {
      throw new Error("not yet");
    },
  };
  return { handlers: handlers(edges, runSsh), close: closeAllSsh };
}
