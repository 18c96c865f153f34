/**
 * Reads a `mariadb-dump` stream as it passes and says what is in it: rows by table, the objects it creates, and
 * whether it reached its end. It knows quotes, escapes, comments and DELIMITER, because patients' notes contain
 * `),(` and triggers contain INSERT. Pure: an automaton over bytes, indifferent to how the stream is cut up.
 */
import { watchDumpEnd } from "./dump-end.ts";
import { createdObject, insertedTable } from "./dump-statements.ts";

export interface DumpContents {
  /** Rows by table, tables without rows included. */
  readonly rows: ReadonlyMap<string, number>;
  /** Everything else it creates, as "trigger NAME", "view NAME", "procedure NAME", "package NAME" … */
  readonly objects: ReadonlySet<string>;
  /**
   * The trailer is the last thing in the stream, outside every quote and statement. Only what jeda adds may follow
   * it: where sequences go on, and the proof.
   */
  readonly complete: boolean;
  /** Text of the lines of the proof, without their mark; empty for a dump from before there was one. */
  readonly proof: readonly string[];
  /** What the dump says it was not allowed to read, in its own comments. */
  readonly complaints: readonly string[];
  readonly bytes: number;
}

export interface DumpScanner {
  write(piece: Uint8Array): void;
  end(): DumpContents;
}

const PLAIN = 0;
const QUOTED = 1;
const QUOTED_ESCAPE = 2;
const DASH = 3;
const DASHES = 4;
const LINE_COMMENT = 5;
const SLASH = 6;
const OPENING_COMMENT = 7;
const OPENING_COMMENT_M = 8;
const BLOCK_COMMENT = 9;
const BLOCK_COMMENT_STAR = 10;
const STAR = 11;
const DIRECTIVE = 12;
const VERSION = 13;
const VALUES = 14;
const VALUES_QUOTED = 15;
const VALUES_ESCAPE = 16;

const code = (character: string): number => character.charCodeAt(0);
const NEWLINE = 10;
const SPACE = 32;
const DOUBLE_QUOTE = 34;
const SINGLE_QUOTE = 39;
const OPEN = 40;
const CLOSE = 41;
const SEMICOLON = 59;
const BACKSLASH = 92;
const BACKTICK = 96;

/** Enough of a statement to name what it creates. An INSERT into a table with generated columns lists them all. */
const HEAD = 4_096;
const INSERT_HEAD = 1_048_576;
/** A line of the proof says a table's sums by part. */
const PROOF_LINE = 1_048_576;

export function scanDump(): DumpScanner {
  const rows = new Map<string, number>();
  const objects = new Set<string>();
  const complaints: string[] = [];
  let state = PLAIN;
  let quote = 0;
  let head: number[] = [];
  let comment: number[] = [];
  let delimiter = 1;
  let semicolons = 0;
  let depth = 0;
  let count = 0;
  let table = "";
  const ending = watchDumpEnd();
  let bytes = 0;

  function keep(byte: number): void {
    if (head.length === 0 && byte <= SPACE) return;
    if (head.length < HEAD || (head[0] === code("I") && head.length < INSERT_HEAD)) head.push(byte);
  }

  function endStatement(): void {
    const text = decode(head);
    ending.statement(text);
    const created = createdObject(text);
    if (created?.kind === "table") rows.set(created.name, rows.get(created.name) ?? 0);
    else if (created !== null) objects.add(`${created.kind} ${created.name}`);
    head = [];
    semicolons = 0;
  }

  function endLineComment(): void {
    const text = decode(comment);
    comment = [];
    if (head.length > 0) return; // inside a trigger or routine: somebody's own words
    if (ending.comment(text)) return;
    if (/insufficient privileges/i.test(text)) complaints.push(text);
  }

  function plain(byte: number): number {
    if (byte === SEMICOLON) {
      semicolons++;
      if (semicolons === delimiter) endStatement();
      return PLAIN;
    }
    for (; semicolons > 0; semicolons--) keep(SEMICOLON);
    if (byte === code("-")) return DASH;
    if (byte === code("/")) return SLASH;
    if (byte === code("*")) return STAR;
    if (byte === code("#")) return LINE_COMMENT;
    if (byte === OPEN && (head[0] === code("I") || head[0] === code("R"))) {
      const into = insertedTable(decode(head));
      if (into !== null) {
        table = into;
        count = 1;
        depth = 1;
        return VALUES;
      }
    }
    keep(byte);
    if (byte === SINGLE_QUOTE || byte === DOUBLE_QUOTE || byte === BACKTICK) {
      quote = byte;
      return QUOTED;
    }
    return byte === SPACE && head.length === 10 && decode(head) === "DELIMITER" ? DIRECTIVE : PLAIN;
  }

  /** Everything but the values of an INSERT: little data, so clarity comes before speed. */
  function step(byte: number): number {
    switch (state) {
      case QUOTED:
        keep(byte);
        if (byte === BACKSLASH && quote !== BACKTICK) return QUOTED_ESCAPE;
        return byte === quote ? PLAIN : QUOTED;
      case QUOTED_ESCAPE:
        keep(byte);
        return QUOTED;
      case DASH:
        if (byte === code("-")) return DASHES;
        keep(code("-"));
        return plain(byte);
      case DASHES:
        if (byte > SPACE) {
          keep(code("-"));
          keep(code("-"));
          return plain(byte);
        }
        if (byte !== NEWLINE) return LINE_COMMENT;
        endLineComment();
        return PLAIN;
      case LINE_COMMENT:
        if (byte !== NEWLINE) {
          if (comment.length < (ending.reached ? PROOF_LINE : HEAD)) comment.push(byte);
          return LINE_COMMENT;
        }
        endLineComment();
        return PLAIN;
      case SLASH:
        if (byte === code("*")) return OPENING_COMMENT;
        keep(code("/"));
        return plain(byte);
      case OPENING_COMMENT: // the content of /*! and /*M!, after a version, is code
        if (byte === code("!")) return VERSION;
        if (byte === code("M")) return OPENING_COMMENT_M;
        return byte === code("*") ? BLOCK_COMMENT_STAR : BLOCK_COMMENT;
      case OPENING_COMMENT_M:
        if (byte === code("!")) return VERSION;
        return byte === code("*") ? BLOCK_COMMENT_STAR : BLOCK_COMMENT;
      case VERSION:
        return byte >= code("0") && byte <= code("9") ? VERSION : plain(byte);
      case BLOCK_COMMENT:
        return byte === code("*") ? BLOCK_COMMENT_STAR : BLOCK_COMMENT;
      case BLOCK_COMMENT_STAR:
        if (byte === code("/")) return PLAIN;
        return byte === code("*") ? BLOCK_COMMENT_STAR : BLOCK_COMMENT;
      case STAR:
        if (byte === code("/")) return PLAIN; // the end of a conditional comment
        keep(code("*"));
        return plain(byte);
      case DIRECTIVE:
        if (byte !== NEWLINE) {
          keep(byte);
          return DIRECTIVE;
        }
        delimiter = Math.max(1, decode(head).slice("DELIMITER ".length).trim().length);
        head = [];
        return PLAIN;
      default:
        return plain(byte);
    }
  }

  /** The values of an INSERT, where nearly all bytes are. Returns the position after what it has read. */
  function values(piece: Uint8Array, from: number): number {
    let at = from;
    const end = piece.length;
    while (at < end) {
      if (state === VALUES_QUOTED) {
        while (at < end && piece[at] !== SINGLE_QUOTE && piece[at] !== BACKSLASH) at++;
        if (at < end) state = piece[at++] === BACKSLASH ? VALUES_ESCAPE : VALUES;
        continue;
      }
      if (state === VALUES_ESCAPE) {
        at++;
        state = VALUES_QUOTED;
        continue;
      }
      const byte = piece[at++];
      if (byte === SINGLE_QUOTE) state = VALUES_QUOTED;
      else if (byte === OPEN) {
        if (depth++ === 0) count++;
      } else if (byte === CLOSE) depth--;
      else if (byte === SEMICOLON && depth === 0) {
        ending.rows();
        rows.set(table, (rows.get(table) ?? 0) + count);
        head = [];
        state = PLAIN;
        return at;
      }
    }
    return at;
  }

  return {
    write(piece) {
      bytes += piece.length;
      let at = 0;
      while (at < piece.length) {
        if (state >= VALUES) at = values(piece, at);
        else state = step(piece[at++] as number);
      }
    },
    end() {
      if (state === LINE_COMMENT) endLineComment();
      const outside = (state === PLAIN || state === LINE_COMMENT) && head.length === 0;
      return { rows, objects, complete: ending.reached && outside, proof: ending.proof, complaints, bytes };
    },
  };
}

function decode(bytes: readonly number[]): string {
  return Buffer.from(bytes).toString("utf8").trim();
}
