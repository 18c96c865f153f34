/** Every kind of resource that the provider knows, by its type token. */
import type { AnyHandler } from "../handler.ts";

export interface Registry {
  readonly handlers: ReadonlyMap<string, AnyHandler>;
  /** Ends the SSH connections that the handlers share. */
  close(): Promise<void>;
}

export function handlers(): Registry {
  return { handlers: new Map(), close: async () => {} };
}
