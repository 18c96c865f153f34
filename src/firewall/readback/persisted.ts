/** The file that a host loads at boot, compared by meaning with what was declared: a reboot must change nothing. Pure. */
import type { Persisted } from "../../model/edge-protocol.ts";
import { tableDrift } from "./drift.ts";
import { parseListing, parseTableText } from "./listing.ts";

export interface WantedAtBoot {
  /** Text of each table as the host's own nft prints it; null where none is wanted. */
  readonly tables: Readonly<Record<string, string | null>>;
  /** Text of what is loaded where those do not load. */
  readonly minimal: string;
}

/** One sentence for each difference. */
export function persistedDrift(path: string, persisted: Persisted, wanted: WantedAtBoot): string[] {
  return [
    ...fallbackDrift(persisted),
    ...fileDrift(path, persisted, wanted.tables),
    ...minimalDrift(path, persisted, wanted.minimal),
  ];
}

function fallbackDrift({ fallback }: Persisted): string[] {
  if (fallback === undefined || fallback === null) return [];
  return [
    `since its last boot the minimal ruleset is in force, which locks the vault and lets nothing be isolated: ${fallback}`,
  ];
}

function minimalDrift(path: string, { minimal, minimalMode }: Persisted, wanted: string): string[] {
  if (minimal === undefined || wanted === "") return [];
  const file = path.replace(/\.nft$/, "-minimal.nft");
  const mode = minimal === null || minimalMode === undefined ? [] : modeDrift(file, minimalMode);
  if (minimal === wanted) return mode;
  return [
    ...mode,
    minimal === null
      ? `${file} is missing: should ${path} not load at a boot, the vault would be open`
      : `${file} is not what was declared`,
  ];
}

function fileDrift(
  path: string,
  persisted: Persisted,
  wanted: Readonly<Record<string, string | null>>,
): string[] {
  if (persisted.text === null) return [`${path} is missing: after a reboot there would be no firewall`];
  if (persisted.refused !== undefined) {
    return [`${path} would not load at a boot: ${persisted.refused}`, ...modeDrift(path, persisted.mode)];
  }
  const text = persisted.text;
  const found = parseListing(text);
  const names = Object.keys(wanted);
  const tableOf = (name: string) =>
    persisted.tables === undefined ? blockOf(text, name) : (persisted.tables[name] ?? null);
  return [
    ...names.flatMap((name) =>
      tableDrift(wanted[name] ?? null, tableOf(name)).map((line) => `after a reboot: ${line}`),
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
