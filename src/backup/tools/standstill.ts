/** A transfer that stands still is ended, so that the night goes on without it. */
import { JedaError } from "../../model/errors.ts";

/** Where a source declares no other, in milliseconds. */
export const defaultStandstillMs = 10 * 60_000;

export interface StandstillWatch {
  /** Aborts, with the error to throw, when nothing has moved for that long. */
  readonly signal: AbortSignal;
  /** Something moved; with a figure, only when it is another than the last time. */
  moved(figure?: number): void;
  stop(): void;
}

/**
 * @param doing what stands still, for the sentence: "office-files: reading //files/office"
 * @param works true while something is being done that moves nothing; that is no standstill
 */
export function watchStandstill(
  doing: string,
  standstillMs = defaultStandstillMs,
  works: () => boolean = () => false,
): StandstillWatch {
  const still = new AbortController();
  let last: number | undefined;
  const begin = (): NodeJS.Timeout =>
    setTimeout(() => {
      if (works()) timer = begin();
      else still.abort(standstill(doing, standstillMs));
    }, standstillMs);
  let timer = begin();
  return {
    signal: still.signal,
    moved(figure) {
      if (figure !== undefined && figure === last) return;
      last = figure;
      clearTimeout(timer);
      if (!still.signal.aborted) timer = begin();
    },
    stop: () => clearTimeout(timer),
  };
}

/** Runs `work` under a watch; what it was stopped for is what is thrown. @throws DEADLINE */
export async function unlessStill<T>(
  doing: string,
  standstillMs: number | undefined,
  work: (watch: StandstillWatch) => Promise<T>,
): Promise<T> {
  const watch = watchStandstill(doing, standstillMs);
  try {
    const done = await work(watch);
    watch.signal.throwIfAborted();
    return done;
  } catch (cause) {
    watch.signal.throwIfAborted();
    throw cause;
  } finally {
    watch.stop();
  }
}

/** Not BACKUP: what stands still is not tried again, others could use the time. */
function standstill(doing: string, standstillMs: number): JedaError {
  return new JedaError("DEADLINE", `${doing}: nothing moved for ${standstillMs / 1000} s; it was stopped.`, {
    hint: "Look at the server and the line to it. How long is waited is the source's standstill.",
  });
}
