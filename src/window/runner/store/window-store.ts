/** Every window this host has a journal of. */
import { readdirSync } from "node:fs";
import { isAlive } from "../../clocks/process-identity.ts";
import type { WindowStatus } from "../../journal/status.ts";
import { fold } from "../../journal/status-from-journal.ts";
import { journalOf } from "./context.ts";
import type { Places } from "./paths.ts";

export interface KnownWindow {
  readonly id: string;
  readonly status: WindowStatus;
  readonly runnerAlive: boolean;
}

/** A journal that can't be trusted is handed to `onBroken` and left out. */
export function knownWindows(
  places: Places,
  onBroken: (id: string, error: unknown) => void,
): readonly KnownWindow[] {
  let ids: string[];
  try {
    ids = readdirSync(places.windows);
  } catch {
    return [];
  }
  return ids.flatMap((id): KnownWindow[] => {
    try {
      const content = journalOf(places, id);
      return content === null ? [] : [knownWindow(id, fold(content.entries))];
    } catch (error) {
      onBroken(id, error);
      return [];
    }
  });
}

export function knownWindow(id: string, status: WindowStatus): KnownWindow {
  const runner = status.runners.at(-1);
  return { id, status, runnerAlive: runner !== undefined && isAlive(runner) };
}

/** A window under way is of more interest than one that waits, and both than one that has ended. */
export function newest(known: readonly KnownWindow[]): KnownWindow | undefined {
  const rank = ({ status }: KnownWindow): number =>
    status.state === "ended" ? 0 : status.state === "armed" ? 1 : 2;
  return known
    .toSorted((a, b) => rank(a) - rank(b) || Date.parse(a.status.armedAt) - Date.parse(b.status.armedAt))
    .at(-1);
}
