/** Turns one table into another in place, in one transaction: sets that stay keep their elements. Pure. */
import { JedaError } from "../../model/errors.ts";
import type { ListedChain, ListedRule, ListedSet, ListedTable } from "../readback/listing.ts";
import { PROBATION } from "../readback/probation.ts";

/**
 * @param actual the table as it is at that moment, null where there is none.
 * @throws JedaError REFUSED when a set would have to be recreated while it holds elements.
 */
export function mend(actual: ListedTable | null, target: ListedTable): string {
  const own = `inet ${target.name}`;
  const setsToDrop = (actual?.sets ?? []).filter((set) => {
    const wanted = target.sets.find(({ name }) => name === set.name);
    if (wanted && sameKind(set, wanted)) return false;
    if (wanted && set.elements.length > 0) throw refuseRecreation(target.name, set.name);
    return true;
  });
  const dropped = new Set(setsToDrop.map(({ name }) => name));
  const others = (actual?.others ?? []).filter(
    (object) => !target.others.some(({ kind, name }) => kind === object.kind && name === object.name),
  );
  const chainsToDrop = (actual?.chains ?? []).filter((chain) => {
    const wanted = target.chains.find(({ name }) => name === chain.name);
    return !wanted || place(wanted) !== place(chain);
  });
  const setsToAdd = target.sets.filter((set) => {
    const now = actual?.sets.find(({ name }) => name === set.name);
    // The probation set is named always: the script looks for it, to give it its elements.
    return !now || dropped.has(set.name) || now.timeout !== set.timeout || set.name === PROBATION;
  });
  return lines([
    `add table ${own}`,
    ...(actual === null ? [] : [`flush table ${own}`]),
    ...others.map(({ kind, name }) => `delete ${kind} ${own} ${name}`),
    ...chainsToDrop.map(({ name }) => `delete chain ${own} ${name}`),
    ...setsToDrop.map(({ name }) => `delete set ${own} ${name}`),
    ...setsToAdd.map((set) => `add set ${own} ${set.name} { ${setBody(set)} }`),
    ...target.chains.map(
      ({ name, base }) => `add chain ${own} ${name}${base === null ? "" : ` { ${base} }`}`,
    ),
    ...target.chains.flatMap(({ name, rules }) =>
      rules.map((rule) => `add rule ${own} ${name} ${ruleText(rule)}`),
    ),
  ]);
}

/** All but the policy: that can be changed in place, the rest only by making the chain anew. */
function place(chain: ListedChain): string | null {
  return chain.base?.replace(/ policy \S+;/, "") ?? null;
}

/** The default timeout can be changed in place; type and flags can't. */
function sameKind(left: ListedSet, right: ListedSet): boolean {
  return [...left.attributes].sort().join() === [...right.attributes].sort().join();
}

function setBody(set: ListedSet): string {
  const timeout = set.timeout === null ? [] : [`timeout ${set.timeout}`];
  return [...set.attributes, ...timeout].map((line) => `${line};`).join(" ");
}

/** A comment somebody wrote may hold the character that parts commands; the script refuses it. */
function ruleText(rule: ListedRule): string {
  return rule.comment === null ? rule.text : `${rule.text} comment "${rule.comment.replaceAll(";", ",")}"`;
}

function lines(commands: readonly string[]): string {
  return commands.map((command) => `${command}\n`).join("");
}

function refuseRecreation(table: string, set: string): JedaError {
  return new JedaError(
    "REFUSED",
    `the set ${set} of inet ${table} is not what was declared and holds a running lease: it can't be recreated now`,
    { hint: "Wait until the window has ended, or release it (jeda window release), then try again." },
  );
}
