/** One test of a rule: fields, an operator, values or a set. Pure. */
import { type Field, fieldAt } from "./fields.ts";
import { numbersIn } from "./intervals.ts";
import { type Packets, type Split, unsure } from "./packets.ts";
import { type Element, element, type SiteTable } from "./ruleset.ts";
import { braced, listed } from "./tokens.ts";

export type Test = (packets: Packets) => Split;

export interface Condition {
  readonly test: Test;
  readonly next: number;
}

const operators = new Set(["==", "!=", "<", ">", "<=", ">="]);

/** The fields at `at`, with dots between; null where one is not known. */
export function fieldsAt(
  words: readonly string[],
  at: number,
): { readonly fields: readonly Field[]; readonly next: number } | null {
  const found: Field[] = [];
  let next = at;
  do {
    const one = fieldAt(words, found.length === 0 ? next : next + 1);
    if (one === null) return null;
    found.push(one.field);
    next = one.next;
  } while (words[next] === ".");
  return { fields: found, next };
}

/** Null where it is not understood. */
export function conditionAt(words: readonly string[], at: number, table: SiteTable): Condition | null {
  const flags = tcpFlagsAt(words, at);
  if (flags !== null) return flags;
  const named = fieldsAt(words, at);
  if (named === null) return null;
  const { fields } = named;
  let next = named.next;
  const written = words[next] ?? "";
  const operator = operators.has(written) ? written : "==";
  if (operators.has(written)) next++;
  const first = words[next];
  if (first === undefined) return null;
  if (!["==", "!="].includes(operator)) {
    const test = fields[0] === undefined ? null : ordered(fields[0], operator, first);
    return test === null || fields.length > 1 ? null : { test, next: next + 1 };
  }
  let test: Test | null;
  if (first.startsWith("@")) {
    test = inSet(fields, table.sets.get(first.slice(1)));
    next++;
  } else if (first === "{") {
    const block = braced(words, next);
    test = inSet(fields, listed(block.inside).map(element));
    next = block.next;
  } else {
    const values = valuesAt(words, next, fields.length);
    if (values === null) return null;
    test = inSet(fields, values.elements);
    next = values.next;
  }
  if (test === null) return null;
  return { test: only(fields, operator === "!=" ? negated(test) : test), next };
}

/** "10.0.0.1 . 80", or for one field "established,related". */
function valuesAt(
  words: readonly string[],
  at: number,
  fields: number,
): { readonly elements: readonly Element[]; readonly next: number } | null {
  const key: string[] = [];
  let next = at;
  for (;;) {
    const word = words[next];
    if (
      word === undefined ||
      (["{", "}", "(", ")", "&", "|", "^", "/"].includes(words[next + 1] ?? "") && words[next + 1] !== "{")
    )
      return null;
    key.push(word);
    next++;
    if (words[next] !== ".") break;
    next++;
  }
  if (key.length !== fields) return null;
  const elements: Element[] = [{ key, value: [] }];
  while (fields === 1 && words[next] === ",") {
    elements.push({ key: [words[next + 1] ?? ""], value: [] });
    next += 2;
  }
  return { elements, next };
}

/** Any of the elements. Null where a value can't be read; undefined elements are not known. */
export function inSet(
  fields: readonly Field[],
  elements: readonly Element[] | null | undefined,
): Test | null {
  if (elements === null || elements === undefined) return (packets) => unsure(packets);
  const [field] = fields;
  if (elements.length === 0) return (packets) => ({ yes: [], no: [packets], unsure: [] });
  if (
    field !== undefined &&
    fields.length === 1 &&
    elements.every(({ key }) => key.length === 1 && key[0] !== "*")
  ) {
    return field.match(elements.map(({ key }) => key[0] ?? ""));
  }
  const tests = elements.map((one) => matching(fields, one));
  if (tests.includes(null)) return null;
  return (packets) => {
    let rest: readonly Packets[] = [packets];
    const yes: Packets[] = [];
    const open: Packets[] = [];
    for (const test of tests) {
      const splits = rest.map((one) => (test ?? unsure)(one));
      yes.push(...splits.flatMap((one) => one.yes));
      open.push(...splits.flatMap((one) => one.unsure));
      rest = splits.flatMap((one) => one.no);
    }
    return { yes, no: rest, unsure: open };
  };
}

/** Every part of one element of a concatenation. */
export function matching(fields: readonly Field[], { key }: Element): Test | null {
  if (key.length === 1 && key[0] === "*") return (packets) => ({ yes: [packets], no: [], unsure: [] });
  if (key.length !== fields.length) return null;
  const tests = fields.map((field, index) => field.match([key[index] ?? ""]));
  if (tests.includes(null)) return null;
  return (packets) => {
    let yes: readonly Packets[] = [packets];
    let open: readonly Packets[] = [];
    const no: Packets[] = [];
    for (const test of tests) {
      const sure = yes.map((one) => (test ?? unsure)(one));
      const doubtful = open.map((one) => (test ?? unsure)(one));
      no.push(...sure.flatMap((one) => one.no), ...doubtful.flatMap((one) => one.no));
      open = [
        ...sure.flatMap((one) => one.unsure),
        ...doubtful.flatMap((one) => [...one.yes, ...one.unsure]),
      ];
      yes = sure.flatMap((one) => one.yes);
    }
    return { yes, no, unsure: open };
  };
}

function negated(test: Test): Test {
  return (packets) => {
    const { yes, no, unsure: open } = test(packets);
    return { yes: no, no: yes, unsure: open };
  };
}

/** Packets that have not all of these fields pass no test of them. */
export function only(fields: readonly Field[], test: Test): Test {
  return (packets) =>
    fields.every((field) => field.of(packets)) ? test(packets) : { yes: [], no: [packets], unsure: [] };
}

function ordered(field: Field, operator: string, value: string): Test | null {
  const number = numbersIn(value)?.[0];
  if (number === undefined || field.highest === undefined) return null;
  const ranges: Readonly<Record<string, readonly [bigint, bigint]>> = {
    "<": [0n, number - 1n],
    "<=": [0n, number],
    ">": [number + 1n, field.highest],
    ">=": [number, field.highest],
  };
  const [from = 1n, to = 0n] = ranges[operator] ?? [];
  if (from > to) return (packets) => ({ yes: [], no: [packets], unsure: [] });
  const test = field.match([`${from}-${to}`]);
  return test === null ? null : only([field], test);
}

const bits: Readonly<Record<string, number>> = {
  fin: 1,
  syn: 2,
  rst: 4,
  psh: 8,
  ack: 16,
  urg: 32,
  ecn: 64,
  cwr: 128,
};

/** "tcp flags syn / fin,syn,rst,ack", "tcp flags & (fin | syn) == syn", "tcp flags syn". */
function tcpFlagsAt(words: readonly string[], at: number): Condition | null {
  if (words[at] !== "tcp" || words[at + 1] !== "flags") return null;
  let next = at + 2;
  const names = (): number | null => {
    let sum = 0;
    const open = words[next] === "(";
    if (open) next++;
    for (;;) {
      const word = words[next] ?? "";
      const bit = bits[word] ?? (/^0x[0-9a-f]+$/.test(word) ? Number(word) : undefined);
      if (bit === undefined) return null;
      sum |= bit;
      next++;
      if (words[next] !== "," && words[next] !== "|") break;
      next++;
    }
    if (open && words[next++] !== ")") return null;
    return sum;
  };
  let mask: number | null = null;
  if (words[next] === "&") {
    next++;
    mask = names();
    if (mask === null) return null;
  }
  const operator = words[next] === "==" || words[next] === "!=" ? words[next++] : undefined;
  const value = names();
  if (value === null) return null;
  if (mask === null && words[next] === "/") {
    next++;
    mask = names();
    if (mask === null) return null;
  }
  const asked = mask;
  const holds = (flags: number): boolean => {
    if (asked !== null) return ((flags & asked) === value) !== (operator === "!=");
    if (operator === undefined) return (flags & value) !== 0;
    return (flags === value) !== (operator === "!=");
  };
  const test: Test = (packets) =>
    packets.protocol === "tcp" && holds(packets.flags)
      ? { yes: [packets], no: [], unsure: [] }
      : { yes: [], no: [packets], unsure: [] };
  return { test, next };
}
