/** Why a window ends before its runbook does: recorded once, the first reason wins. */
import { JedaError } from "../../model/errors.ts";
import type { WindowResult } from "../../model/report.ts";

export interface StopCause {
  readonly result: Exclude<WindowResult, "ok">;
  /** One sentence, shown in the report. */
  readonly reason: string;
}

export class Stop {
  readonly #controller = new AbortController();
  #cause: StopCause | undefined;
  readonly #onFirst: (cause: StopCause) => void;

  constructor(onFirst: (cause: StopCause) => void = () => undefined) {
    this.#onFirst = onFirst;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get cause(): StopCause | undefined {
    return this.#cause;
  }

  /** Takes over a reason that stands in the journal already. */
  resume(cause: StopCause): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    this.#controller.abort(new JedaError("REFUSED", cause.reason));
  }

  /** Returns whether this was the first reason. */
  request(cause: StopCause): boolean {
    if (this.#cause !== undefined) return false;
    this.#cause = cause;
    this.#onFirst(cause);
    this.#controller.abort(new JedaError("REFUSED", cause.reason));
    return true;
  }
}

/** Which result an unexpected error of a step gives, and how it is said. */
export function causeOf(error: unknown, during: string): StopCause {
  if (!(error instanceof JedaError)) {
    const message = error instanceof Error ? error.message : String(error);
    return { result: "failed", reason: `${during}: ${message}` };
  }
  if (error.code === "SERVICE") return { result: "aborted", reason: error.message };
  const hint = error.hint === undefined ? "" : ` (${error.hint})`;
  return { result: "failed", reason: `${error.message}${hint}` };
}
