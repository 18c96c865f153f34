/**
 * The SQL that counts stored records. It runs on the clinical database in the middle of the night, so it is read word
 * by word: only what a count can need is let through, instead of naming what harms.
 */
import { Invalid, quote } from "../yaml/invalid.ts";
import { scalar } from "./shape.ts";

/** Words before a bracket: what SQL itself puts there, and functions that only compute. */
const BEFORE_BRACKET = new Set(
  (
    "select from join on using where and or not in exists all any as union when then else distinct between like " +
    "count sum min max avg coalesce ifnull nullif if greatest least abs round floor ceil ceiling mod " +
    "date time timestamp year month day hour minute second dayofweek weekday now curdate curtime current_date " +
    "current_timestamp utc_timestamp utc_date date_add date_sub datediff timestampdiff timestampadd " +
    "unix_timestamp from_unixtime str_to_date cast convert char_length length lower upper trim concat left right substring"
  ).split(" "),
);

/** Words that write, lock, call or wait, wherever they stand. */
const NEVER = new Set(
  "into outfile dumpfile for lock procedure call next previous nextval lastval".split(" "),
);

const WORD = /[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*/y;
const OTHER =
  /\s+|\d+(?:\.\d+)?(?![\w.$])|\.\d+(?![\w.$])|[-+*/%=<>!(),.&|]|'(?:[^'\\]|'')*'|"(?:[^"\\]|"")*"|`[^`\\]+`/y;

const HINT = 'write one statement that yields one number, like "SELECT COUNT(*) FROM encounters"';

export const countQuery = scalar("an SQL query", (written) => {
  const query = written.trim();
  const wrong = /^select\b/i.test(query) ? problemOf(query) : "is not a single SELECT";
  if (wrong !== undefined) throw new Invalid(`${quote(written)} ${wrong}`, HINT);
  return query;
});

const NAME = /^[A-Za-z_$`\u0080-\uffff]/;
/** What stands before the columns of a list, or before one of their other names. */
const LEADING = new Set(["select", "distinct", "all", "as", ",", "."]);

/** In their brackets FROM names no table. */
const TAKING_FROM = new Set(["trim", "substring"]);

function problemOf(query: string): string | undefined {
  if (query.length > 4_000) return `has ${query.length} characters`;
  if (/\/\*|\*\/|--|#/.test(query)) return "has a comment, or what a server may read as one";
  let at = 0;
  let before = "";
  // What stood before each bracket that is open.
  const open: string[] = [];
  let readsTable = false;
  // Of the first SELECT's list: whether anything but literals and their names stands in it.
  let inList = true;
  let isConstant = true;
  while (at < query.length) {
    const token = match(WORD, query, at) ?? match(OTHER, query, at);
    if (token === undefined) return `is not a single SELECT: a count needs no ${quote(query[at])}`;
    at += token.length;
    if (token.trim() === "") continue;
    if (token === "(") {
      const called = /^[\w$`"\u0080-\uffff]/.test(before) && !BEFORE_BRACKET.has(before.toLowerCase());
      if (called) return `calls ${quote(before)}, which a count does not need`;
      open.push(before.toLowerCase());
    } else if (token === ")" && open.pop() === undefined) return "closes a bracket that was never opened";
    const [word, last] = [token.toLowerCase(), before.toLowerCase()];
    const isName = NAME.test(token);
    if (last === "from" && isName && word !== "dual") readsTable ||= !TAKING_FROM.has(open.at(-1) ?? "");
    if (word === "from" && open.length === 0 && before !== ".") inList = false;
    const isColumn = isName ? last !== "as" && !LEADING.has(word) : word === "*" && LEADING.has(last);
    if (inList && isColumn) isConstant = false;
    // Behind a dot it is the name of a column.
    if (before !== "." && NEVER.has(token.toLowerCase()))
      return `must not say ${quote(token)}: it only counts`;
    before = token;
  }
  if (open.length > 0) return "leaves a bracket open";
  if (!readsTable) return "reads no table, and says nothing of what is stored";
  return isConstant ? "answers the same whatever is stored" : undefined;
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
