/** Every error that jeda means to show. The codes are a closed set; one place prints them (`cli/print-error.ts`). */
export type ErrorCode =
  | "CONFIG" // the stack's configuration or a runbook is wrong
  | "UNREACHABLE" // a host could not be reached by SSH
  | "HOST_KEY" // a host key is unknown or has changed
  | "REFUSED" // an edge, a runner or a policy refused, and said why
  | "DRIFT" // the live state is not what was declared
  | "CREDENTIALS" // a password or key was not accepted
  | "BACKUP" // a source could not be saved or a snapshot is not complete
  | "VERIFY" // a snapshot did not restore to what was saved
  | "SERVICE" // a clinical service failed its probe
  | "DEADLINE" // a deadline has passed or can't be met
  | "LOCKED" // another window holds the hospital
  | "PREREQUISITE" // something that must be installed is not
  | "INTERNAL";

export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface ErrorDetail {
  readonly at?: Position;
  /** What to do about it. */
  readonly hint?: string;
  /** Whether anything was changed before this error: shown to the person on call. */
  readonly changed?: "nothing" | string;
  readonly cause?: unknown;
}

export class JedaError extends Error {
  override readonly name = "JedaError";
  readonly code: ErrorCode;
  readonly at: Position | undefined;
  readonly hint: string | undefined;
  readonly changed: string;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.at = detail.at;
    this.hint = detail.hint;
    this.changed = detail.changed ?? "nothing";
  }
}

/** One or more configuration errors found together, so that a person mends them all at once. */
export class JedaErrors extends AggregateError {
  override readonly name = "JedaErrors";
  override readonly errors: JedaError[] = [];

  constructor(errors: readonly JedaError[]) {
    super(errors, errors.map((error) => error.message).join("; "));
    this.errors = [...errors];
  }
}
