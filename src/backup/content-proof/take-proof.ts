/** Takes the proof of a database around its dump: what is read when, and from which of the two snapshots. */
import type { BackupContext } from "../../model/driver.ts";
import type { MariadbSource } from "../../model/hospital.ts";
import { columnStatement, type TableColumns, tablesOf } from "./columns.ts";
import { describe } from "./definitions.ts";
import { changedSince, openSnapshot, partsOf, sumOf } from "./moments.ts";
import { objectProofs, sequenceProofs } from "./object-proofs.ts";
import type { Proof, Sum, TableProof } from "./proof.ts";
import { longestRow } from "./row-expression.ts";
import { openSession, type SourceSession } from "./source-session.ts";

export interface ProofTaking {
  /** The dump reads: its snapshot is open. Whoever calls it twice is not heard. */
  begun(): void;
  /** When the dump has ended well. @throws BACKUP, CREDENTIALS by the server */
  finish(): Promise<Proof>;
  close(): Promise<void>;
}

type Tables = ReadonlyMap<string, TableColumns>;

/** The earlier snapshot is open when it returns; nothing slow may come between it and the dump. */
export async function takeProof(
  source: MariadbSource,
  context: BackupContext,
  events: boolean,
): Promise<ProofTaking> {
  const at = new Date().toISOString();
  const sessions: SourceSession[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(sessions.map((session) => session.close()));
  };
  try {
    const [earlier, later] = await Promise.all([openSession(source, context), openSession(source, context)]);
    sessions.push(earlier, later);
    const [[server = "", packet] = []] = await earlier.ask("SELECT VERSION(), @@max_allowed_packet;");
    const tables = tablesOf(await earlier.ask(columnStatement(source.database)));
    const before = await describe(earlier.ask, source.database, events);
    const firstOfOthers = await sumsOf(earlier, tables, (table) => table.engine !== "InnoDB");
    const start = await openSnapshot(earlier, "earlier");
    let reading: ReturnType<typeof readLater> | null = null;
    const begun = (): void => {
      reading ??= readLater(later, source.database, tables, start.second);
      reading.catch(() => {}); // awaited at the end
    };
    return {
      begun,
      close,
      async finish() {
        begun();
        const { sums, suspects, writes } = await (reading as ReturnType<typeof readLater>);
        const after = await changedSince(later, source.database, start.second);
        const others = await sumsOf(later, tables, (table) => table.engine !== "InnoDB");
        const changes = start.writes === null || writes === null ? null : writes - start.writes;
        const proofs: TableProof[] = [];
        for (const [name, table] of tables) {
          const suspect = suspects.has(name) || after.has(name);
          if (longestRow(table.columns) > Number(packet)) {
            proofs.push(without(name, "the server's max_allowed_packet is too small for a row as one value"));
          } else if (table.engine !== "InnoDB")
            proofs.push(ofOther(name, firstOfOthers.get(name), others.get(name)));
          else
            proofs.push(
              await ofTable({ earlier, later, name, table, suspect, changes, last: sums.get(name) ?? null }),
            );
        }
        const now = await describe(later.ask, source.database, events);
        return {
          version: 1,
          database: source.database,
          server,
          at,
          events,
          tables: proofs,
          objects: objectProofs(before.definitions, now.definitions),
          sequences: sequenceProofs(before.sequences, now.sequences),
        };
      },
    };
  } catch (cause) {
    await close();
    throw cause;
  }
}

async function readLater(session: SourceSession, database: string, tables: Tables, second: number) {
  const { writes } = await openSnapshot(session, "later");
  const suspects = await changedSince(session, database, second);
  return { sums: await sumsOf(session, tables, (table) => table.engine === "InnoDB"), suspects, writes };
}

async function sumsOf(
  session: SourceSession,
  tables: Tables,
  wanted: (table: TableColumns) => boolean,
): Promise<ReadonlyMap<string, Sum>> {
  const sums = new Map<string, Sum>();
  for (const [name, table] of tables) {
    const sum = wanted(table) ? await sumOf(session, name, table) : null;
    if (sum !== null) sums.set(name, sum);
  }
  return sums;
}

interface Reading {
  readonly earlier: SourceSession;
  readonly later: SourceSession;
  readonly name: string;
  readonly table: TableColumns;
  readonly suspect: boolean;
  readonly changes: number | null;
  readonly last: Sum | null;
}

async function ofTable({
  earlier,
  later,
  name,
  table,
  suspect,
  changes,
  last,
}: Reading): Promise<TableProof> {
  if (last === null) return without(name, "it could not be read when the dump had begun");
  if (!suspect) return { table: name, sums: [last] };
  const first = await sumOf(earlier, name, table);
  if (first === null) return without(name, "its definition was changed as the dump began");
  if (same(first, last)) return { table: name, sums: [last] };
  const parts = [await partsOf(earlier, name, table), await partsOf(later, name, table)];
  return { table: name, sums: [first, last], parts, ...(changes === null ? {} : { writes: changes }) };
}

/** Without transactions there is no snapshot: what is the same before and after the dump was the same in it. */
function ofOther(name: string, first: Sum | undefined, last: Sum | undefined): TableProof {
  if (first === undefined || last === undefined) return without(name, "it could not be read");
  if (same(first, last)) return { table: name, sums: [last] };
  return without(name, "its engine has no transactions, and it was changed while it was dumped");
}

function without(table: string, notComparable: string): TableProof {
  return { table, sums: [], notComparable };
}

function same(a: Sum, b: Sum): boolean {
  return a.rows === b.rows && a.sum === b.sum;
}
