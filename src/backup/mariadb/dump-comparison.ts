/** Does a dump hold what the database said it holds, just before and just after? Pure. */
import type { TableProof } from "./content-proof/proof.ts";
import type { DumpContents } from "./dump-scanner.ts";
import type { Inventory } from "./row-counts.ts";

export interface DumpJudgement {
  /** Each one makes the dump worthless; empty when it is complete. */
  readonly problems: readonly string[];
  /** What the report should say of a good dump. */
  readonly findings: readonly string[];
}

export function compareWithInventories(
  before: Inventory,
  after: Inventory,
  dump: DumpContents,
  proofs: readonly TableProof[] = [],
): DumpJudgement {
  const problems: string[] = [];
  const moving: string[] = [];
  const proved = new Map(proofs.map((proof) => [proof.table, proof]));
  if (!dump.complete) problems.push("it ends without the trailer of mariadb-dump: it was cut short");
  problems.push(...dump.complaints.map((text) => `the dump itself says: ${text}`));
  for (const [table, first] of before.tables) {
    const second = after.tables.get(table);
    if (second === undefined) {
      moving.push(`${table} was dropped meanwhile`);
      continue;
    }
    const rows = dump.rows.get(table);
    const [least, most] = rowsBetween(first.rows, second.rows, proved.get(table));
    const expected = least === most ? `${least}` : `between ${least} and ${most}`;
    if (rows === undefined) problems.push(`table ${table} is not in it`);
    else if (rows < least || rows > most)
      problems.push(`table ${table} has ${rows} rows in it, expected ${expected}`);
    else if (first.rows !== second.rows)
      moving.push(`${table} grew from ${first.rows} to ${second.rows}, saved with ${rows}`);
  }
  for (const object of before.objects) {
    if (after.objects.has(object) && !dump.objects.has(object)) problems.push(`${object} is not in it`);
  }
  const foreign = [...before.tables].filter(([, { engine }]) => engine !== "InnoDB").map(([name]) => name);
  const findings = [
    `${totalRows(dump)} rows in ${dump.rows.size} tables, equal to the server's own counts around the dump.`,
    ...(moving.length > 0 ? [`People went on working: ${moving.join("; ")}.`] : []),
    ...(foreign.length > 0
      ? [`Not transactional, so of a later moment than the rest: ${foreign.join(", ")}.`]
      : []),
    ...(before.events === "unseen"
      ? [
          "Events are not saved: the server's event_scheduler is DISABLED, so that it shows them to nobody. Set it to OFF; or, if there are none, GRANT SELECT ON mysql.event lets that be seen.",
        ]
      : []),
  ];
  return { problems, findings };
}

/** The dump's own moment lies between the proof's two, which are nearer to it; a row may have come and gone there. */
function rowsBetween(
  before: number,
  after: number,
  proof: TableProof | undefined,
): readonly [least: number, most: number] {
  const counts = proof?.sums.map(({ rows }) => rows) ?? [];
  if (counts.length === 0) return [Math.min(before, after), Math.max(before, after)];
  const passing = proof?.writes ?? 0;
  return [Math.max(0, Math.min(...counts) - passing), Math.max(...counts) + passing];
}

export function totalRows(dump: Pick<DumpContents, "rows">): number {
  let rows = 0;
  for (const count of dump.rows.values()) rows += count;
  return rows;
}
