/** Reads `table inet NAME { … }` as nft prints it: rules by their comment, chains and sets by their head. */
export interface Entries {
  /** `chain/rule-id`, `chain/(hook)` and `set/(set)` → text. */
  readonly rules: Readonly<Record<string, string>>;
  /** The rule ids of each chain, in order. */
  readonly chains: Readonly<Record<string, readonly string[]>>;
}

const HEAD = /^(chain|set|map|flowtable)\s+(\S+)\s*\{$/;
const COMMENT = /\s*comment "([^"]*)"$/;

/** Lines with the elements of sets left out: they are leases, and belong to the window alone. */
function* linesOf(text: string): Generator<string> {
  let inElements = false;
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (inElements) {
      inElements = !line.endsWith("}");
    } else if (/^elements\s*=/.test(line)) {
      inElements = !line.endsWith("}");
    } else if (line !== "" && !line.startsWith("#")) {
      yield line;
    }
  }
}

/**
 * The compilers put "chain/rule" into the comment; the chain is told by the block. Rules without a comment are
 * nobody's: they are numbered.
 */
function idOf(line: string, chain: string, ids: readonly string[]): string {
  const comment = COMMENT.exec(line)?.[1] ?? "unmanaged";
  const base = comment.startsWith(`${chain}/`) ? comment.slice(chain.length + 1) : comment;
  if (!ids.includes(base)) return base;
  let nth = 2;
  while (ids.includes(`${base}-${nth}`)) nth += 1;
  return `${base}-${nth}`;
}

export function readTable(text: string): Entries {
  const rules: Record<string, string> = {};
  const chains: Record<string, string[]> = {};
  let block: { readonly kind: string; readonly name: string } | null = null;
  for (const line of linesOf(text)) {
    const head = HEAD.exec(line);
    if (head !== null) {
      block = { kind: head[1] ?? "", name: head[2] ?? "" };
      if (block.kind === "chain") chains[block.name] = [];
      else rules[`${block.name}/(${block.kind})`] = "";
    } else if (line === "}") {
      block = null;
    } else if (block === null) {
      // The table's own line, and its flags ("flags dormant").
      if (line.startsWith("flags")) rules["(table)"] = line;
    } else if (block.kind !== "chain") {
      const key = `${block.name}/(${block.kind})`;
      rules[key] = `${rules[key]} ${line}`.trim();
    } else if (line.startsWith("type ")) {
      rules[`${block.name}/(hook)`] = line;
    } else if (line.startsWith("policy ")) {
      rules[`${block.name}/(hook)`] = `${rules[`${block.name}/(hook)`] ?? ""} ${line}`.trim();
    } else {
      const ids = chains[block.name] ?? [];
      const id = idOf(line, block.name, ids);
      ids.push(id);
      rules[`${block.name}/${id}`] = line.replace(COMMENT, "");
    }
  }
  return { rules, chains };
}
