/** Takes the proof of a database around its dump: what is read when, and from which of the two snapshots. */
import type { BackupContext } from "../../../model/driver.ts";
import type { MariadbSource } from "../../../model/hospital.ts";
import type { Inventory } from "../row-counts.ts";
import { describe } from "./definitions/describe.ts";
import { objectProofs, sequenceProofs } from "./definitions/object-proofs.ts";
import { changedSince, openSnapshot } from "./moments.ts";
import { type NearestBefore, nearestBefore } from "./nearest-before.ts";
import type { Proof, TableProof } from "./proof.ts";
import { columnStatement, tablesOf } from "./rows/columns.ts";
import { longestRow } from "./rows/row-expression.ts";
import { openSession, type SourceSession } from "./source-session.ts";
import { ofOther, ofTable, sumsOf, type Tables, transactional, without } from "./table-proofs.ts";

export interface ProofTaking {
  /** The dump was started, and may need a while before it speaks to the server. */
  started(): void;
  /** The dump reads: its snapshot is open. Whoever calls it twice is not heard. */
  begun(): void;
  /** When the dump has ended well; the same each time. @throws BACKUP, CREDENTIALS by the server */
  finish(): Promise<Proof>;
  close(): Promise<void>;
}

/** The earlier snapshot is open when it returns; nothing slow may come between it and the dump. */
export async function takeProof(
  source: MariadbSource,
  context: BackupContext,
  events: Inventory["events"],
): Promise<ProofTaking> {
  const at = new Date().toISOString();
  const sessions: SourceSession[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(sessions.map((session) => session.close()));
  };
  try {
    for (const session of await Promise.all([0, 1, 2].map(() => openSession(source, context))))
      sessions.push(session);
    const [first, second, later] = sessions as [SourceSession, SourceSession, SourceSession];
    const [[server = "", packet] = []] = await later.ask("SELECT VERSION(), @@max_allowed_packet;");
    const tables = tablesOf(await later.ask(columnStatement(source.database)));
    const described = await describe(later.ask, source.database, events === "listed");
    const firstOfOthers = await sumsOf(
      later,
      new Map([...tables].filter(([, table]) => !transactional(table))),
    );
    const before = await nearestBefore(first, second);
    let reading: ReturnType<typeof readLater> | null = null;
    const begun = (): void => {
      reading ??= readLater(later, source.database, tables, before);
      reading.catch(() => {}); // awaited at the end
    };
    let finishing: Promise<Proof> | null = null;
    const finish = async (): Promise<Proof> => {
      begun();
      const { sums, suspects, writes, start } = await (reading as ReturnType<typeof readLater>);
      const earlier = start.session;
      const changes = start.writes === null || writes === null ? 0 : writes - start.writes;
      const proofs: TableProof[] = [];
      for (const [name, table] of tables) {
        const [suspect, last] = [suspects.has(name), sums.get(name) ?? null];
        if (longestRow(table.columns) > Number(packet)) {
          proofs.push(without(name, "the server's max_allowed_packet is too small for a row as one value"));
        } else if (transactional(table))
          proofs.push(await ofTable({ earlier, later, name, table, suspect, changes, last }));
      }
      // What follows needs no snapshot, and in a transaction would keep tables from being altered.
      await later.ask("COMMIT;");
      const done = new Set(proofs.map(({ table }) => table));
      const others = new Map([...tables].filter(([name]) => !done.has(name)));
      const lastOfOthers = await sumsOf(later, others);
      for (const name of others.keys())
        proofs.push(ofOther(name, firstOfOthers.get(name), lastOfOthers.get(name)));
      const now = await describe(later.ask, source.database, events === "listed");
      return {
        version: 1,
        database: source.database,
        server,
        at,
        events: events !== "unseen",
        tables: proofs,
        objects: objectProofs(described.definitions, now.definitions),
        sequences: sequenceProofs(described.sequences, now.sequences),
      };
    };
    return {
      started: before.started,
      begun,
      close,
      finish() {
        finishing ??= finish();
        return finishing;
      },
    };
  } catch (cause) {
    await close();
    throw cause;
  }
}

async function readLater(session: SourceSession, database: string, tables: Tables, before: NearestBefore) {
  const { writes } = await openSnapshot(session, "later");
  const start = await before.end();
  const { second } = start;
  // Twice: a change can be seen an instant before its time is noted.
  const suspects = new Set<string>();
  for (let look = 0; look < 2; look++)
    for (const name of await changedSince(session, database, second)) suspects.add(name);
  return {
    sums: await sumsOf(session, new Map([...tables].filter(([, table]) => transactional(table)))),
    suspects,
    writes,
    start,
  };
}
