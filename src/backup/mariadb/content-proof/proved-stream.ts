/** A dump as it is saved: what it needs to come back the same around it, and its proof behind it. */
import { quoteName } from "../client.ts";
import type { Proof } from "./proof.ts";
import { proofLines } from "./proof-lines.ts";
import type { ProofTaking } from "./take-proof.ts";

/** What a dump writes when its snapshot is open; before it come only comments and settings. */
const READS = /^-- (?:Table|Temporary (?:table|view)|Sequence) structure for |^CREATE TABLE /m;
const LONGEST_HEAD = 65_536;

export interface Dumping {
  readonly stdout: AsyncIterable<Buffer>;
  /** @throws BACKUP, CREDENTIALS unless it ended with 0. */
  ended(): Promise<void>;
}

export async function* provedStream(
  dump: Dumping,
  proving: ProofTaking,
  charset: DatabaseCharset,
): AsyncGenerator<Buffer> {
  yield Buffer.from(databaseStatement(charset));
  let head: string | null = "";
  for await (const piece of dump.stdout) {
    if (head !== null) {
      head += piece.toString("latin1");
      if (READS.test(head) || head.length > LONGEST_HEAD) {
        proving.begun();
        head = null;
      }
    }
    yield piece;
  }
  await dump.ended();
  // A large database's sums may take longer than its dump.
  const proof = await proving.finish();
  yield Buffer.from([...sequenceStatements(proof), ...proofLines(proof)].join(""));
}

export interface DatabaseCharset {
  readonly charset: string;
  readonly collation: string;
}

/** Without a name it is the database that is loaded into, whatever that one is called. */
function databaseStatement({ charset, collation }: DatabaseCharset): string {
  return charset === "" ? "" : `ALTER DATABASE CHARACTER SET ${charset} COLLATE ${collation};\n`;
}

/** mariadb-dump lets every sequence begin anew; a number must not be given twice. */
function sequenceStatements({ sequences }: Proof): readonly string[] {
  return sequences.map(({ sequence, values }) => `DO SETVAL(${quoteName(sequence)}, ${values[1]}, 0);\n`);
}
