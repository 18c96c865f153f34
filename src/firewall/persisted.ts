/** The file that a host loads at boot, compared by meaning with what was declared: a reboot must change nothing. Pure. */
import type { Persisted } from "../model/edge-protocol.ts";
import { tableDrift } from "./drift.ts";
import { parseListing, parseTableText } from "./listing.ts";

/**
 * One sentence for each difference.
 *
 * @param wanted text of each table as the host's own nft prints it; null where none is wanted.
 */
export function persistedDrift(
  path: string,
  persisted: Persisted,
  wanted: Readonly<Record<string, string | null>>,
): string[] {
  if (persisted.text === null) return [`${path} is missing: after a reboot there would be no firewall`];
  const text = persisted.text;
  const found = parseListing(text);
  const names = Object.keys(wanted);
  return [
    ...names.flatMap((name) =>
      tableDrift(wanted[name] ?? null, blockOf(text, name)).map((line) => `after a reboot: ${line}`),
    ),
    ...found
      .filter(({ family, name }) => family !== "inet" || !names.includes(name))
      .map(({ family, name }) => `${path} holds a table that is not jeda's: ${family} ${name}`),
    ...found.flatMap(({ sets }) =>
      sets
        .filter(({ elements }) => elements.length > 0)
        .map(({ name }) => `${path} fills the set ${name}: a reboot would load it`),
    ),
    ...strayLines(text).map((line) => `${path} holds a command beside the tables: "${line}"`),
    ...modeDrift(path, persisted.mode),
  ];
}

/** Who else may write the file decides what the next boot loads. */
export function modeDrift(path: string, mode: string): string[] {
  const [digits = "", owner = "", ...odd] = mode.split(" ");
  if (odd.includes("link")) return [`${path} is a symbolic link: whoever may write what it leads to decides`];
  if (odd.includes("immutable")) return [`${path} is immutable (chattr): it could not be kept current`];
  if (odd.includes("acl")) return [`${path} has an access list that lets others than root in`];
  if (owner === "0:0" && (Number.parseInt(digits, 8) & 0o022) === 0) return [];
  return [`${path} may be written by others than root: mode ${digits}, owner ${owner}`];
}

function blockOf(text: string, name: string): string | null {
  const block = new RegExp(`^table inet ${name} \\{$[\\s\\S]*?^\\}$`, "m").exec(text)?.[0];
  return block === undefined || parseTableText(block) === null ? null : block;
}

function strayLines(text: string): string[] {
  return text
    .replaceAll(/^table \S+ \S+ \{$[\s\S]*?^\}$/gm, "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
