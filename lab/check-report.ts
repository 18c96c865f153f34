/** For CI: is what `npm run -s lab -- --json` printed a report of a whole, good window? Reads standard input. */
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Report } from "../src/model/report.ts";

const schemaFile = new URL("../schemas/report.schema.json", import.meta.url);

/** What is wrong with a report, one sentence each; empty for a good one. */
export function faults(candidate: unknown): readonly string[] {
  const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false });
  const validate = ajv.compile(JSON.parse(readFileSync(schemaFile, "utf8")));
  if (!validate(candidate)) {
    return (validate.errors ?? []).map((error) => `${error.instancePath || "/"} ${error.message}`);
  }
  const report = candidate as Report;
  const isolated = report.segments.filter((segment) => segment.isolatedAt !== null);
  const saved = report.sources.filter((source) => source.snapshot !== null && source.verified);
  const { reconnectedAt, reconnectBy } = report.deadlines;
  const wanted: readonly (readonly [boolean, string])[] = [
    [report.result === "ok", `the result is ${report.result}: ${report.reasons.join("; ")}`],
    [isolated.length >= 2, `${isolated.length} segments were isolated, not 2 or more`],
    [saved.length >= 2, `${saved.length} sources were saved and verified, not 2 or more`],
    [report.records?.lost === 0, "acknowledged records were lost, or not counted"],
    [(report.records?.acknowledged ?? 0) > 0, "no record was entered"],
    [
      reconnectedAt !== null && Date.parse(reconnectedAt) <= Date.parse(reconnectBy),
      `reconnected at ${reconnectedAt}, which is not before ${reconnectBy}`,
    ],
  ];
  return wanted.filter(([holds]) => !holds).map(([, fault]) => fault);
}

if (import.meta.main) {
  const found = faults(JSON.parse(await text(process.stdin)));
  for (const fault of found) process.stderr.write(`report: ${fault}\n`);
  if (found.length === 0) process.stderr.write("report: a whole window, ok\n");
  process.exitCode = found.length === 0 ? 0 : 1;
}
