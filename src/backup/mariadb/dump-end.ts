/** Where a dump ends: at mariadb-dump's own last line, and behind it only what jeda adds. Pure. */
import { MARK } from "./content-proof/proof-lines.ts";

export interface DumpEnd {
  /** A statement was read; "" for none. */
  statement(text: string): void;
  /** Rows were read. */
  rows(): void;
  /** A line's comment that is nobody's own words, without its dashes. True for one of the proof. */
  comment(text: string): boolean;
  /** Nothing but what jeda adds came behind the dump's last line. */
  readonly reached: boolean;
  /** Text of the proof's lines, without their mark. */
  readonly proof: readonly string[];
}

export function watchDumpEnd(): DumpEnd {
  let reached = false;
  let proof: string[] = [];
  return {
    statement(text) {
      // Where sequences go on stands between the dump and its proof.
      if (text !== "" && !(reached && proof.length === 0 && /^DO SETVAL\(/.test(text))) reached = false;
    },
    rows() {
      reached = false;
    },
    comment(text) {
      if (reached && text.startsWith(MARK)) {
        proof.push(text.slice(MARK.length));
        return true;
      }
      reached = /^Dump completed( on .*)?$/.test(text);
      proof = [];
      return false;
    },
    get reached() {
      return reached;
    },
    get proof() {
      return proof;
    },
  };
}
