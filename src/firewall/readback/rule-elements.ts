/**
 * Long sets inside of rules: a rule for every interface of a large hospital differs by the elements that differ, and
 * not by two texts of many lines. Pure.
 */

/** A rule with more elements than these is told by them. */
const MOST = 12;
const SHOWN = 3;

interface Parted {
  /** The rule with "{ … }" in the place of each set. */
  readonly frame: string;
  /** Elements of all its sets, "1 x" for x in the first. */
  readonly elements: readonly string[];
}

/** Null for a rule that is told whole. */
export function partedRule(text: string): Parted | null {
  const elements: string[] = [];
  let set = 0;
  const frame = text.replace(/\{ ([^{}]*) \}/g, (_, inner: string) => {
    set++;
    for (const element of inner.split(", ")) elements.push(`${set} ${element}`);
    return "{ … }";
  });
  return elements.length > MOST ? { frame, elements } : null;
}

/** How the sets of a rule differ, in a few words; null where more than that differs, or the rule is short. */
export function elementsDiffer(wanted: string, live: string): string | null {
  const want = partedRule(wanted);
  const have = partedRule(live);
  if (want === null || have === null || want.frame !== have.frame) return null;
  return [
    told("missing", without(want.elements, have.elements)),
    told("added", without(have.elements, want.elements)),
  ]
    .filter((text) => text !== "")
    .join("; ");
}

function without(all: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others);
  return all.filter((one) => !known.has(one)).map((one) => one.slice(one.indexOf(" ") + 1));
}

function told(what: string, elements: readonly string[]): string {
  if (elements.length === 0) return "";
  const more = elements.length > SHOWN ? ` and ${elements.length - SHOWN} more` : "";
  return `${what} ${elements.slice(0, SHOWN).join(", ")}${more}`;
}
