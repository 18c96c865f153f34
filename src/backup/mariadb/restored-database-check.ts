/** Is a loaded dump whole? Row counts, CHECK TABLE, and every view, trigger, routine and event the dump creates. */

import { quoteAccount, quoteName, quoteText } from "./client.ts";
import type { DumpContents } from "./dump-scanner.ts";
import { ALL_VERSIONS, eventStatement, inventoryStatements, unhex } from "./row-counts.ts";
import type { ScratchMariadb } from "./scratch-server.ts";

export interface LoadedCheck {
  readonly problems: readonly string[];
  readonly findings: readonly string[];
}

export async function checkLoaded(
  scratch: ScratchMariadb,
  database: string,
  dump: DumpContents,
): Promise<LoadedCheck> {
  const problems: string[] = [];
  const names = [...dump.rows.keys()];
  const versioned = new Set(
    (await scratch.ask(versionedStatement(database))).map(([name = ""]) => unhex(name)),
  );
  const counts = names.map((name, index) => {
    const all = versioned.has(name) ? ALL_VERSIONS : "";
    return `SELECT ${index}, COUNT(*) FROM ${quoteName(name)}${all};`;
  });
  for (const [index, rows] of await scratch.ask(counts.join("\n"), database)) {
    const name = names[Number(index)] ?? "";
    const expected = dump.rows.get(name) ?? 0;
    if (Number(rows) !== expected)
      problems.push(`Loaded, table ${name} has ${rows} rows instead of ${expected}.`);
  }
  const checks = names.map((name) => `CHECK TABLE ${quoteName(name)} QUICK;`);
  for (const [name, , kind, text] of await scratch.ask(checks.join("\n"), database)) {
    if (kind === "error" || (kind === "status" && text !== "OK"))
      problems.push(`CHECK TABLE ${name}: ${text}.`);
  }
  const present = new Set<string>();
  for (const [kind, name = ""] of await scratch.ask(
    inventoryStatements(database) + eventStatement(database),
  )) {
    present.add(`${kind} ${unhex(name)}`);
  }
  for (const object of dump.objects) if (!present.has(object)) problems.push(`Loaded, ${object} is missing.`);
  problems.push(...(await brokenViews(scratch, database, dump)));
  const objects = dump.objects.size > 0 ? `, ${dump.objects.size} views, triggers and routines present` : "";
  const findings = [`Loaded into a scratch MariaDB: ${names.length} tables with the same counts${objects}.`];
  return { problems, findings: problems.length === 0 ? findings : [] };
}

function versionedStatement(database: string): string {
  return `SELECT HEX(table_name) FROM information_schema.tables
    WHERE table_schema = ${quoteText(database)} AND table_type = 'SYSTEM VERSIONED';`;
}

/** Views run as their definer, an account of the real server: it is made here, where it reaches nothing else. */
async function brokenViews(
  scratch: ScratchMariadb,
  database: string,
  dump: DumpContents,
): Promise<readonly string[]> {
  const views = [...dump.objects]
    .filter((object) => object.startsWith("view "))
    .map((object) => object.slice(5));
  if (views.length === 0) return [];
  const definers = await scratch.ask(
    `SELECT DISTINCT HEX(definer) FROM information_schema.views WHERE table_schema = ${quoteText(database)};`,
  );
  const accounts = definers.map(([definer = ""]) => quoteAccount(unhex(definer)));
  const grants = accounts.map((account) => `GRANT ALL ON *.* TO ${account};`);
  await scratch.ask(
    [...accounts.map((account) => `CREATE USER IF NOT EXISTS ${account};`), ...grants].join("\n"),
  );
  const problems: string[] = [];
  for (const view of views) {
    try {
      await scratch.ask(`EXPLAIN SELECT * FROM ${quoteName(view)};`, database);
    } catch (cause) {
      problems.push(
        `View ${view} can't be read after loading: ${cause instanceof Error ? cause.message : cause}`,
      );
    }
  }
  return problems;
}
