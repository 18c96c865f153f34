/** One thing that somebody does by hand. */

export interface HandEdit {
  readonly what: string;
  readonly host: "edge" | "backup";
  readonly by: string;
  /** What the line that names it must hold. */
  readonly found: RegExp;
  readonly undo?: string;
}

/** "handle N" of the rule whose line holds the text. */
export const handle = (table: string, chain: string, text: string) =>
  `handle $(nft -a list chain inet ${table} ${chain} | sed -n 's|.*${text}.*# handle ||p')`;

/** A table of somebody else's that hooks before jeda's. */
export const foreign = (family: string, hook: string, more = "") => ({
  what: `a foreign table (${family}, ${hook})`,
  host: "edge" as const,
  by: `nft 'add table ${family} site; add chain ${family} site early { type filter hook ${hook} ${more}priority -310; }'`,
  found: new RegExp(`foreign table ${family} site: early hooks ${hook} at priority -310`),
  undo: `nft delete table ${family} site`,
});
