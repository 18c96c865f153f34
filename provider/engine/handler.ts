/** What each kind of resource is to the engine: one object of this shape per file in `resources/`. */
import type { z } from "zod";
import type { Properties } from "../../pulumi-protocol/wire.ts";

/** Lines for the engine's display, tied to the resource. Each resolves when the engine has it: order is kept. */
export interface Log {
  info(line: string): Promise<void>;
  warning(line: string): Promise<void>;
}

export interface Call {
  readonly urn: string;
  readonly log: Log;
}

/** The live state, told as the declared inputs that would describe it. */
export interface Live {
  /**
   * The live value of every input that can drift, also where nothing drifted: a refresh writes these into the state
   * and hands them to the next read, so what is left out would keep the value of an older drift.
   */
  readonly inputs: Properties;
  readonly outputs: Properties;
  /** One sentence for each difference, shown in plain `pulumi preview`. */
  readonly drift: readonly string[];
  /** Worth knowing, and no difference. */
  readonly notes?: readonly string[];
}

export interface Created {
  /** Plain names, no secrets. */
  readonly id: string;
  readonly outputs: Properties;
}

/** All inputs arrive without secret envelopes, valid by `schema`. Every method throws `JedaError`. */
export interface Handler<I> {
  readonly schema: z.ZodType<I>;
  /** Inputs that name another thing when they change: the resource is replaced. */
  readonly identity: readonly (keyof I & string)[];
  /** Inputs that say again what others say better; shown only when nothing else differs. */
  readonly quiet?: readonly (keyof I & string)[];
  /** Inputs that the provider computes from the declared ones, without asking any host. */
  derive?(inputs: I, olds: Properties): Promise<Properties>;
  /** In a preview of a create or (with `olds`) an update: what would fail for certain. Changes nothing. */
  inspect?(inputs: I, call: Call, olds?: I): Promise<void>;
  create(inputs: I, call: Call): Promise<Created>;
  /** Null when the thing does not exist any more. `known` holds the outputs in state. */
  read(inputs: I, known: Properties, call: Call): Promise<Live | null>;
  /** `olds` are the live inputs that the last read told. Resolves to the outputs. */
  update(inputs: I, olds: I, known: Properties, call: Call): Promise<Properties>;
  delete(inputs: I, call: Call): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: a registry of handlers, each with inputs of its own
export type AnyHandler = Handler<any>;
