/** The proof as text for a preview, at most 100 columns wide. */
import type { Finding, FlowKind, Proof } from "./flow.ts";
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

export function proofText(proof: Proof): string {
  const isolated =
    proof.isolate.length === 0 ? "nothing is isolated" : `isolates ${proof.isolate.join(", ")}`;
  const kinds = Object.keys(headings) as FlowKind[];
  const rows = rowsOf(proof.flows);
  const sections = kinds.flatMap((kind) => {
    const own = rows.filter((row) => row.kind === kind);
    return own.length === 0 ? [] : [headings[kind], ...own.flatMap(rowLines)];
  });
  return [
    ...wrap(`Flow proof of ${proof.hospital}: the window ${isolated}`, width - 2, ""),
    `${"".padEnd(labelWidth)} ${columns.join("  ")}  by rule`,
    ...sections,
    ...findingLines("The window is refused", proof.violations),
    ...findingLines("Hazards", proof.hazards),
  ].join("\n");
}

function rowLines(row: Row): readonly string[] {
  const detail = row.detail === "" ? "" : ` (${row.detail})`;
  const label = wrap(`${named(row.from)} → ${named(row.to)}${detail}`, labelWidth - 4, "  ");
  const flows = row.flows.map((flow, index) => flow.padEnd(columns[index]?.length ?? 0)).join("  ");
  const last = label.at(-1) ?? "";
  return [...label.slice(0, -1), `${last.padEnd(labelWidth)} ${flows}  ${row.rules.join(", ")}`.trimEnd()];
}

function named(labels: readonly string[]): string {
  const strangers = labels.filter((label) => label.startsWith(stranger));
  if (strangers.length < 2) return labels.join(", ");
  const known = labels.filter((label) => !label.startsWith(stranger));
  const places = strangers.map((label) => label.slice(stranger.length)).join(", ");
  return [...known, `strangers in ${places}`].join(", ");
}

function findingLines(heading: string, findings: readonly Finding[]): readonly string[] {
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
