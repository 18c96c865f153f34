/** The proof as text for a preview, at most 100 columns wide. */

import { named } from "./named.ts";
import type { Finding, FlowKind, Proof, SegmentClass } from "./proof-types.ts";
import { type Row, rowsOf } from "./rows.ts";
import { strangerIn } from "./session.ts";

const labelWidth = 41;
const columns = ["before", "isolated", "vault", "after"];
const width = 100;
const stranger = strangerIn("");

const headings: Readonly<Record<FlowKind, string>> = {
  "segment-segment": "Between segments",
  "segment-uplink": "Segments to uplinks",
  "uplink-segment": "Uplinks to segments",
  "segment-edge": "Segments to services on the edge",
  "user-service": "Users to services",
  "service-need": "Services to what they need",
  "backup-source": "Backup host to sources",
  "any-backup": "Backup host, from and to everybody else",
  control: "Control path",
};

/** @param whole every name is written out; else long lists of names end in how many more there are */
export function proofText(proof: Proof, whole = false): string {
  const isolated =
    proof.isolate.length === 0 ? "nothing is isolated" : `isolates ${named(proof.isolate, whole)}`;
  const kinds = Object.keys(headings) as FlowKind[];
  const rows = rowsOf(proof.flows);
  const sections = kinds.flatMap((kind) => {
    const own = rows.filter((row) => row.kind === kind);
    return own.length === 0 ? [] : [headings[kind], ...own.flatMap((row) => rowLines(row, whole))];
  });
  return [
    ...wrap(`Flow proof of ${proof.hospital}: the window ${isolated}`, width - 2, ""),
    ...proof.classes.flatMap((alike) => classLines(alike, whole)),
    `${"".padEnd(labelWidth)} ${columns.join("  ")}  by rule`,
    ...sections,
    ...findingLines("The window is refused", proof.violations),
    ...findingLines(
      "Left out by declaration",
      proof.leftOut.map((text) => ({ text })),
    ),
    ...findingLines("Hazards", proof.hazards),
  ].join("\n");
}

/** Where a class has more segments than are named, how many it has. */
function classLines({ isolated, segments }: SegmentClass, whole: boolean): readonly string[] {
  const names = named(segments, whole);
  if (segments.length <= 1 || (!whole && names === segments.join(", "))) return [];
  const what = isolated ? "isolated" : "not isolated";
  const more = whole ? "" : " (--expand names them)";
  return wrap(`Alike, ${what}: ${segments.length} segments: ${names}${more}`, width - 4, "  ");
}

function rowLines(row: Row, whole: boolean): readonly string[] {
  const detail = row.detail === "" ? "" : ` (${row.detail})`;
  const to = row.to.length === 0 ? "each other" : ends(row.to, whole);
  const label = wrap(`${ends(row.from, whole)} → ${to}${detail}`, labelWidth - 4, "  ");
  const flows = row.flows.map((flow, index) => flow.padEnd(columns[index]?.length ?? 0)).join("  ");
  const last = label.at(-1) ?? "";
  return [...label.slice(0, -1), `${last.padEnd(labelWidth)} ${flows}  ${row.rules.join(", ")}`.trimEnd()];
}

function ends(labels: readonly string[], whole: boolean): string {
  const strangers = labels.filter((label) => label.startsWith(stranger));
  if (strangers.length < 2) return named(labels, whole);
  const known = labels.filter((label) => !label.startsWith(stranger));
  const places = named(
    strangers.map((label) => label.slice(stranger.length)),
    whole,
  );
  return [...known, `strangers in ${places}`].join(", ");
}

function findingLines(heading: string, findings: readonly Pick<Finding, "text">[]): readonly string[] {
  if (findings.length === 0) return [];
  return [heading, ...findings.flatMap(({ text }) => wrap(`- ${text}`, width - 4, "  "))];
}

/** Lines of at most `limit` characters after the indent; a word longer than that stands alone. */
function wrap(text: string, limit: number, indent: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > limit) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map((line, index) => `${indent}${index === 0 ? "" : "  "}${line}`);
}
