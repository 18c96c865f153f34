/** Names in a sentence or in a cell of the table. */

/** More than these are told by the first of them and how many more there are. */
const MOST = 8;
const SHOWN = 3;

export function named(names: readonly string[], whole = false): string {
  if (whole || names.length <= MOST) return names.join(", ");
  return `${names.slice(0, SHOWN).join(", ")} and ${names.length - SHOWN} more`;
}
