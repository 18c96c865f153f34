/** The one place that shows errors to people. */
import { JedaError, JedaErrors } from "../model/errors.ts";
import { codeFrame } from "./code-frame.ts";

export interface ErrorText {
  /** What the files in positions are relative to. */
  readonly baseDir?: string;
  /** Whether to show the lines of the file; not in text that goes where it would be folded. */
  readonly frames?: boolean;
}

/** Writes what is wrong and what to do. A stack trace only for what jeda did not expect. */
export function printError(error: unknown, stream: NodeJS.WritableStream = process.stderr): void {
  stream.write(`${errorText(error)}\n`);
}

/** The text of one error or of several; ends without a newline. */
export function errorText(error: unknown, options: ErrorText = {}): string {
  const { baseDir = process.cwd(), frames = true } = options;
  const errors = error instanceof JedaErrors ? error.errors : [error];
  const known = errors.filter((one) => one instanceof JedaError);
  if (known.length < errors.length || known.length === 0) return unexpected(error);
  const blocks = known.map((one) => block(one, frames ? baseDir : undefined));
  if (known.length > 1) blocks.unshift(`${known.length} errors:`);
  return [...blocks, changedLine(known)].join("\n");
}

/** One text for `RunError`, which the engine prints as it is, behind "error: ". */
export function asRunErrorText(error: unknown, baseDir?: string): string {
  return errorText(error, { frames: true, ...(baseDir === undefined ? {} : { baseDir }) });
}

/** `file:line:column: message` without a frame, for logs of one line each. */
export function errorLine(error: JedaError): string {
  const { at, hint } = error;
  const where = at === undefined ? "" : `${at.file}:${at.line}:${at.column}: `;
  return `${where}${error.message}${hint === undefined ? "" : ` – ${hint}`}`;
}

function block(error: JedaError, baseDir: string | undefined): string {
  const { at, hint } = error;
  const lines = [at === undefined ? error.message : `${at.file}:${at.line}:${at.column}: ${error.message}`];
  if (at !== undefined && baseDir !== undefined) lines.push(...codeFrame(at, baseDir));
  if (hint !== undefined) lines.push(`  what to do: ${hint}`);
  return lines.join("\n");
}

function changedLine(errors: readonly JedaError[]): string {
  const changed = [...new Set(errors.map((error) => error.changed).filter((what) => what !== "nothing"))];
  return changed.length === 0 ? "nothing was changed" : `changed before this: ${changed.join("; ")}`;
}

function unexpected(error: unknown): string {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `jeda did not expect this, please report it:\n${trace}`;
}
