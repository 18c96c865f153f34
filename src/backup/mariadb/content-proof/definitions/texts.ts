/** Definitions as the server writes them itself: only between servers of one version the same. Pure. */
import { quoteName } from "../../client.ts";
import type { Rows } from "../source-session.ts";

/**
 * SHOW CREATE's word for a kind, and how many columns there are before the time of creation. Views are not among them:
 * their text depends on whether the server knows the definer, whom the scratch server must be given.
 */
const KINDS: Readonly<Record<string, readonly [word: string, columns: number]>> = {
  table: ["TABLE", 2],
  sequence: ["SEQUENCE", 2],
  trigger: ["TRIGGER", 6],
  procedure: ["PROCEDURE", 6],
  function: ["FUNCTION", 6],
  package: ["PACKAGE", 6],
  "package body": ["PACKAGE BODY", 6],
  event: ["EVENT", 7],
};

const MARK = "jeda: next";

export function kindOf(object: string): string {
  return object.startsWith("package body ") ? "package body" : object.slice(0, object.indexOf(" "));
}

export function nameOf(object: string): string {
  return object.slice(kindOf(object).length + 1);
}

export function textStatements(objects: readonly string[]): string {
  return objects
    .flatMap((object, index) => {
      const kind = KINDS[kindOf(object)];
      if (kind === undefined) return [];
      return [`SELECT '${MARK}', ${index};`, `SHOW CREATE ${kind[0]} ${quoteName(nameOf(object))};`];
    })
    .join("\n");
}

/** What the account may not see has no text. */
export function textsOf(rows: Rows, objects: readonly string[]): readonly { object: string; text: string }[] {
  let object = "";
  return rows.flatMap((row) => {
    if (row[0] === MARK) {
      object = objects[Number(row[1])] ?? "";
      return [];
    }
    const columns = KINDS[kindOf(object)]?.[1] ?? 0;
    const text = row.slice(1, columns).join("\t");
    return [{ object, text: text.replace(/ AUTO_INCREMENT=\d+(?= )/, "") }];
  });
}
