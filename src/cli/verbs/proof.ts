/** `jeda proof [--stack STACK] [--report FILE] [--live] [--expand] [--json]`: what a window cuts and keeps. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { errorLine } from "../../errors/error-text.ts";
import { askSiteRules } from "../../host/site-rules.ts";
import { surroundings } from "../../host/this-machine.ts";
import { JedaError } from "../../model/errors.ts";
import type { Hospital } from "../../model/hospital.ts";
import type { Runbook } from "../../model/runbook.ts";
import { leavesOut } from "../../model/runbook-order.ts";
import type { Proof } from "../../proof/proof-types.ts";
import { prove } from "../../proof/prove.ts";
import { proofText } from "../../proof/table.ts";
import { pastOf } from "../../proof/throughput-history.ts";
import { lostSources } from "../../site-rules/lost-sources.ts";
import { overlaid } from "../../site-rules/overlay.ts";
import { siteRows, siteTexts } from "../../site-rules/rows.ts";
import { configured } from "../aim.ts";
import { parseOptions } from "../parse-options.ts";

/** Exit code 0 when the proof holds, 1 when the window would be refused. */
export async function run(words: readonly string[]): Promise<number> {
  const { stack, json, expand, report, live } = options(words);
  const project = fileURLToPath(new URL("../../..", import.meta.url));
  const { hospital, runbook, warnings } = configured(stack);
  const proved = prove(hospital, {
    ...surroundings(project),
    runbook,
    past: report === undefined ? {} : pastReport(report),
  });
  const proof = live ? await withSiteRules(hospital, runbook, proved) : proved;
  for (const { message, at } of warnings) {
    const told = new JedaError("CONFIG", message, at === undefined ? {} : { at });
    process.stderr.write(`warning: ${errorLine(told)}\n`);
  }
  process.stdout.write(`${json ? JSON.stringify(proof, null, 2) : told(proof, expand)}\n`);
  return proof.violations.length === 0 ? 0 : 1;
}

function told(proof: LiveProof, expand: boolean): string {
  const { siteRules } = proof;
  if (siteRules === undefined) {
    return `${proofText(proof, expand)}\nThe site's own rules on the edges were not read: --live asks the edges`;
  }
  const lines = siteRules.length === 0 ? ["nothing to a declared flow"] : siteRules;
  return [
    proofText(proof, expand),
    "What the site's own rules on the edges do",
    ...lines.map((line) => `  - ${line}`),
  ].join("\n");
}

interface LiveProof extends Proof {
  /** What the edges' own tables do to declared flows, where they were asked. */
  readonly siteRules?: readonly string[];
}

/** The same proof, with what rules of the site's own do to each flow. */
async function withSiteRules(hospital: Hospital, runbook: Runbook, proof: Proof): Promise<LiveProof> {
  const read = await askSiteRules(hospital.edges);
  let flows = proof.flows;
  const texts: string[] = [];
  const violations = [...proof.violations];
  for (const edge of hospital.edges) {
    const rules = read.get(edge.name) ?? null;
    if (rules === null) {
      texts.push(`${edge.name}: its script is too old to tell; apply the policy first`);
      continue;
    }
    const { segments, backupHost, sources, services } = hospital;
    const described = { segments, backupHost, sources, services, uplinks: edge.uplinks };
    const rows = siteRows(edge.name, rules, described, { pairs: true });
    flows = overlaid(flows, rows, described);
    texts.push(...siteTexts(rows));
    const wanted = sources.filter(({ name }) => !leavesOut(runbook.without, name));
    for (const { row } of lostSources(rows, described, wanted)) {
      violations.push({ code: "source-unreachable", text: siteTexts([row]).join() });
    }
  }
  return { ...proof, flows, violations, siteRules: texts };
}

/** What `jeda window report --json` printed. */
function pastReport(file: string) {
  try {
    return pastOf(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new JedaError("CONFIG", `${file} is not a window's report: ${why}`, {
      hint: "write one with: npm run -s jeda -- window report --json",
    });
  }
}

function options(words: readonly string[]): {
  readonly stack: string | undefined;
  readonly json: boolean;
  /** Every name of a class is written out. */
  readonly expand: boolean;
  readonly report: string | undefined;
  /** The edges are asked for the site's own rules. */
  readonly live: boolean;
} {
  const options = {
    stack: { type: "string" },
    json: { type: "boolean" },
    expand: { type: "boolean" },
    report: { type: "string" },
    live: { type: "boolean" },
  } as const;
  const usage = "jeda proof takes --stack STACK, --report FILE, --live, --expand and --json";
  const { stack, json = false, expand = false, report, live = false } = parseOptions(words, options, usage);
  return { stack, json, expand, report, live };
}
