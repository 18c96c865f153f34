/**
 * Windows whose journal has a broken chain. Whoever looks starts a runner that does no more than end them; until it
 * has, what the lines before the break say is all that is known.
 */
import { existsSync } from "node:fs";
import { JedaError } from "../../../model/errors.ts";
import { trustedStatus } from "../../journal/broken-journal.ts";
import type { WindowStatus } from "../../journal/status.ts";
import { type Places, windowPlaces } from "./paths.ts";
import { type KnownWindow, knownWindows } from "./window-store.ts";

export interface BrokenWindow {
  readonly id: string;
  /** By the lines before the break. */
  readonly status: WindowStatus;
  /** Number of the first line that can't be trusted, from 1. */
  readonly line: number;
}

/** Null when its journal is whole or missing, or when not even its first line can be trusted. */
export function brokenWindow(places: Places, id: string): BrokenWindow | null {
  const { journal } = windowPlaces(places, id);
  const found = existsSync(journal) ? trustedStatus(journal) : null;
  return found === null ? null : { id, status: found.status, line: found.line };
}

/** Every window: those with a whole journal, broken ones that can be ended, and the errors of those that can't. */
export function everyWindow(places: Places): {
  readonly whole: readonly KnownWindow[];
  readonly endable: readonly BrokenWindow[];
  readonly hopeless: ReadonlyMap<string, unknown>;
} {
  const endable: BrokenWindow[] = [];
  const hopeless = new Map<string, unknown>();
  const whole = knownWindows(places, (id, error) => {
    const found = endableOrNull(places, id);
    if (found === null) hopeless.set(id, error);
    else endable.push(found);
  });
  return { whole, endable, hopeless };
}

function endableOrNull(places: Places, id: string): BrokenWindow | null {
  try {
    return brokenWindow(places, id);
  } catch {
    return null;
  }
}

/**
 * From its start to the latest moment to which its deadline can have been put off, epoch milliseconds: what is
 * behind the break may have been an extension.
 */
export function possibleSpan({ planned, plan }: WindowStatus): {
  readonly from: number;
  readonly to: number;
} {
  return {
    from: planned.start,
    to: Math.max(planned.reconnectBy, planned.start + plan.maxIsolationMs),
  };
}

/** For a window that nobody knows how to end. DRIFT, so that whoever asks releases the edges without it. */
export function hopelessError(id: string, error: unknown): JedaError {
  const { message, hint } =
    error instanceof JedaError ? error : { message: `${id}: ${error}`, hint: undefined };
  return new JedaError("DRIFT", message, hint === undefined ? {} : { hint });
}
