/** An nftables table as data, and its text. Pure; the compilers of jeda's tables build these. */

export interface Rule {
  /** Stable name "chain/rule", kept in the rule's comment, so that drift can be named. */
  readonly id: string;
  /** The rule without its comment. */
  readonly text: string;
}

export interface Hook {
  readonly hook: "forward" | "input" | "output";
  readonly priority: number;
  readonly policy: "accept" | "drop";
}

export interface Chain {
  readonly name: string;
  /** Absent for a chain that is only jumped to. */
  readonly base?: Hook;
  readonly rules: readonly Rule[];
}

export interface NamedSet {
  readonly name: string;
  /** "type ipv4_addr" or "typeof meta nfproto". */
  readonly key: string;
  readonly flags: readonly ("interval" | "timeout")[];
  /** Default timeout in milliseconds, for elements that are added without one. */
  readonly timeoutMs: number;
}

export interface Table {
  readonly name: "jeda" | "jeda_window" | "jeda_host";
  readonly sets: readonly NamedSet[];
  /** A chain stands before those that jump to it may be loaded in any order: nft resolves names at the end. */
  readonly chains: readonly Chain[];
}

/** A rule with the id that belongs to its chain. */
export function rule(chain: string, name: string, text: string): Rule {
  return { id: `${chain}/${name}`, text };
}

/** `{ a, b }`, an anonymous set: nft keeps its order out of the listing. */
export function anonymous(values: readonly string[]): string {
  return `{ ${values.join(", ")} }`;
}

/** Interface names as nft wants them: quoted, as an anonymous set. */
export function interfaceSet(names: readonly string[]): string {
  return anonymous(names.map((name) => `"${name}"`));
}

/** nft's text of the whole table; `nft -f` of it creates the table. */
export function renderTable(table: Table): string {
  const blocks = [...table.sets.map(renderSet), ...table.chains.map(renderChain)];
  return `table inet ${table.name} {\n${blocks.join("\n")}}\n`;
}

function renderSet(set: NamedSet): string {
  const lines = [set.key, `flags ${set.flags.join(",")}`, `timeout ${set.timeoutMs}ms`];
  return `\tset ${set.name} {\n${lines.map((line) => `\t\t${line}\n`).join("")}\t}\n`;
}

function renderChain(chain: Chain): string {
  const { base } = chain;
  const head = base
    ? `\t\ttype filter hook ${base.hook} priority ${base.priority}; policy ${base.policy};\n`
    : "";
  const rules = chain.rules.map(({ id, text }) => `\t\t${text} comment "${id}"\n`).join("");
  return `\tchain ${chain.name} {\n${head}${rules}\t}\n`;
}
