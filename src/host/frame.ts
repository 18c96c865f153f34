/**
 * The answer of a command on another host stands between two marks, on standard output and on standard error: what
 * a login prints around it (a greeting, a warning about a locale, a farewell) is never taken for it. The mark is
 * new for every call, so that no noise can imitate it. Pure.
 */

/** One word for the remote shell. */
export function shellQuote(word: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

// The marks are printed in subshells: a connection that has gone must not keep the command from being carried out.
const FRAME =
  '(echo "$0 begin"; echo "$0 begin" >&2); "$@"; s=$?; (echo "$0 end $s."; echo "$0 end $s." >&2); exit $s';

/** The command line that runs these words between the marks, for the shell of an account. */
export function framedCommand(mark: string, words: readonly string[]): string {
  return ["sh", "-c", FRAME, mark, ...words].map(shellQuote).join(" ");
}

/** Of what no mark stood around, so much is kept at most, bytes: an answer of a script that knows no marks. */
const unframedBytes = 16 * 1024 * 1024;

/** One stream of a command. What comes between the marks is kept, or handed on as it comes. */
export class FrameReader {
  readonly #begin: Buffer;
  readonly #end: Buffer;
  readonly #onContent: (chunk: Buffer) => void;
  readonly #chunks: Buffer[] = [];
  #held: Buffer = Buffer.alloc(0);
  #unframed: Buffer = Buffer.alloc(0);
  /** Whether the first mark has come: the command was begun. */
  begun = false;
  /** The command's exit code, once the second mark has come. */
  exitCode: number | null = null;

  constructor(mark: string, onContent?: (chunk: Buffer) => void) {
    this.#begin = Buffer.from(`${mark} begin\n`);
    this.#end = Buffer.from(`${mark} end `);
    this.#onContent = onContent ?? ((chunk) => this.#chunks.push(chunk));
  }

  /** What stood between the marks. */
  get content(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }

  /** All that came while there was no mark. */
  get unframed(): string {
    return Buffer.concat([this.#unframed, this.begun ? Buffer.alloc(0) : this.#held]).toString("utf8");
  }

  push(chunk: Buffer): void {
    if (this.exitCode !== null) return;
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    if (!this.begun) this.#findBegin();
    if (this.begun) this.#findEnd();
  }

  #findBegin(): void {
    const at = this.#held.indexOf(this.#begin);
    const noise = at < 0 ? this.#take(this.#held.length - this.#begin.length + 1) : this.#take(at);
    if (noise.length > 0) this.#unframed = Buffer.concat([this.#unframed, noise]).subarray(-unframedBytes);
    if (at < 0) return;
    this.begun = true;
    this.#take(this.#begin.length);
  }

  #findEnd(): void {
    for (;;) {
      const at = this.#held.indexOf(this.#end);
      this.#emit(at < 0 ? this.#held.length - this.#end.length + 1 : at);
      if (at < 0) return;
      const behind = this.#held.toString("latin1", this.#end.length, this.#end.length + 4);
      const code = /^(\d{1,3})\./.exec(behind)?.[1];
      if (code !== undefined) {
        this.exitCode = Number(code);
        return;
      }
      if (behind.length < 4) return;
      this.#emit(this.#end.length);
    }
  }

  #emit(bytes: number): void {
    const chunk = this.#take(bytes);
    if (chunk.length > 0) this.#onContent(chunk);
  }

  #take(bytes: number): Buffer {
    const taken = this.#held.subarray(0, Math.max(0, bytes));
    this.#held = this.#held.subarray(taken.length);
    return taken;
  }
}

/**
 * The line of JSON with `"ok"` in a text: a refusal if there is one, else the last. Undefined where there is none.
 */
export function answerIn(text: string): unknown {
  let answer: unknown;
  for (const line of text.split("\n")) {
    const at = line.indexOf('{"ok":');
    if (at < 0) continue;
    const parsed = parsedObject(line.slice(at));
    if (parsed === undefined) continue;
    answer = parsed;
    if ((parsed as { readonly ok?: unknown }).ok === false) break;
  }
  return answer;
}

/** The last line that is an object in JSON, as it stands there; null where there is none. */
export function lastObjectLine(text: string): string | null {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.findLast((line) => line.startsWith("{") && parsedObject(line) !== undefined) ?? null;
}

function parsedObject(line: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === "object" && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}
