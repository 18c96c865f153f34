/**
 * Which SSH keys lead to jeda's script, by the text of authorized_keys (sshd(8)). Somebody else's keys are nobody's
 * business here. Pure.
 */
import { createHash } from "node:crypto";

export interface KeyLine {
  readonly options: readonly string[];
  /** As `ssh-keygen -l` prints it, "SHA256:…". */
  readonly fingerprint: string;
  readonly comment: string;
}

const kinds = /^(?:sk-)?(?:ssh|ecdsa)-[A-Za-z0-9@.-]+$/;
const modes = /^(?:[^ ]*\/)?jeda\/edge (read|window|policy)$/;

export function parseKeys(text: string): readonly KeyLine[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .flatMap((line): KeyLine[] => {
      const words = splitOutside(line, /[ \t]/);
      const at = words.findIndex((word) => kinds.test(word));
      const blob = words[at + 1];
      if (at < 0 || at > 1 || blob === undefined) return [];
      const digest = createHash("sha256")
        .update(Buffer.from(blob, "base64"))
        .digest("base64")
        .replace(/=+$/, "");
      return [
        {
          options: at === 0 ? [] : splitOutside(words[0] ?? "", /,/),
          fingerprint: `SHA256:${digest}`,
          comment: words.slice(at + 2).join(" "),
        },
      ];
    });
}

/** Parts of a text, where quotation marks hold a part together. */
function splitOutside(text: string, separator: RegExp): string[] {
  const parts: string[] = [];
  let part = "";
  let quoted = false;
  for (const [at, char] of [...text].entries()) {
    if (char === '"' && text[at - 1] !== "\\") quoted = !quoted;
    if (!quoted && separator.test(char)) {
      if (part !== "") parts.push(part);
      part = "";
    } else part += char;
  }
  return part === "" ? parts : [...parts, part];
}

/** Fingerprint → options of each key that leads to jeda's script: what is kept from the time of applying. */
export function jedaKeys(lines: readonly KeyLine[]): Record<string, string> {
  return Object.fromEntries(
    lines
      .filter((line) => modeOf(line) !== null)
      .map((line) => [`${line.fingerprint} ${modeOf(line)}`, line.options.join(",")]),
  );
}

export function leadsToJeda(line: KeyLine): boolean {
  return modeOf(line) !== null;
}

function modeOf({ options }: KeyLine): string | null {
  const command = options.find((option) => option.toLowerCase().startsWith('command="'));
  return modes.exec(command?.slice('command="'.length, -1) ?? "")?.[1] ?? null;
}

/** Key → what is the matter with it. `before` is what was there when it was applied; without it only what is never right. */
export function keyFindings(
  lines: readonly KeyLine[],
  before: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const found: Record<string, string> = {};
  const name = ({ fingerprint, comment }: KeyLine): string =>
    `key ${fingerprint}${comment === "" ? "" : ` (${comment})`}`;
  const ours = new Set([
    ...Object.keys(before ?? {}).map((key) => key.split(" ")[0] ?? ""),
    ...lines.filter((line) => modeOf(line) !== null).map(({ fingerprint }) => fingerprint),
  ]);
  for (const line of lines.filter(({ fingerprint }) => ours.has(fingerprint))) {
    const mode = modeOf(line);
    const was = before?.[`${line.fingerprint} ${mode}`];
    const is = line.options.join(",");
    if (mode === null) found[name(line)] = `of jeda's may run anything else: its options are "${is}"`;
    else if (!line.options.includes("restrict"))
      found[name(line)] = `for "edge ${mode}" is not restricted: its options are "${is}"`;
    else if (before !== undefined && was === undefined)
      found[name(line)] = `leads to "edge ${mode}", and did not when this was applied`;
    else if (was !== undefined && was !== is)
      found[name(line)] = `has the options "${is}", had "${was}" when this was applied`;
  }
  for (const key of Object.keys(before ?? {})) {
    const [fingerprint = "", mode] = key.split(" ");
    if (!lines.some((line) => line.fingerprint === fingerprint))
      found[`key ${fingerprint}`] = `for "edge ${mode}" is gone`;
  }
  return found;
}
