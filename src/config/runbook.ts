/** Reads `runbooks/<name>.yaml` and refuses what could not end well. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson, sha256 } from "../model/canonical-json.ts";
import { JedaError, JedaErrors } from "../model/errors.ts";
import type { Runbook } from "../model/runbook.ts";
import { orderOfFinally, orderOfSteps, unnamedSources } from "../model/runbook-order.ts";
import { runbook as schema } from "./schema/runbook.ts";
import type { IssueParams } from "./schema/shape.ts";
import { didYouMean } from "./yaml/did-you-mean.ts";
import { quote } from "./yaml/invalid.ts";
import { type Path, type PositionedYaml, readYaml } from "./yaml/positions.ts";
import { readText } from "./yaml/read-text.ts";

const FOLDER = "runbooks";

/**
 * @param projectDir where `runbooks/` is
 * @param sources names of the hospital's sources, each of which the runbook saves or leaves out; undefined where
 *   they are not known
 * @throws JedaErrors (CONFIG) with positions in the runbook's file
 */
export function readRunbook(name: string, projectDir: string, sources?: readonly string[]): Runbook {
  const file = `${FOLDER}/${name}.yaml`;
  const text = readText(file, projectDir);
  if (text === undefined) {
    throw new JedaErrors([
      new JedaError("CONFIG", `there is no runbook ${quote(name)}: ${file} does not exist`, {
        hint: didYouMean(name, runbookNames(projectDir)),
      }),
    ]);
  }
  return parseRunbook(name, file, text, sources);
}

/**
 * @param file as shown in errors
 * @param sources as for `readRunbook`
 * @throws JedaErrors (CONFIG)
 */
export function parseRunbook(name: string, file: string, text: string, sources?: readonly string[]): Runbook {
  const yaml = readYaml(file, text);
  const outcome = schema.safeParse(yaml.content);
  if (!outcome.success) {
    throw new JedaErrors(
      outcome.error.issues.map((issue) => {
        const params: IssueParams = issue.code === "custom" ? (issue.params ?? {}) : {};
        const path = issue.path.filter((step) => typeof step !== "symbol");
        const hint = params.hint ?? "docs/configuration.md lists the steps";
        return errorAt(yaml, path, issue.message, hint, params.atKey);
      }),
    );
  }
  const { steps, finally: last, without } = outcome.data;
  const meaning = { steps, finally: last, ...(without === undefined ? {} : { without }) };
  const runbook: Runbook = { name, hash: sha256(canonicalJson(meaning)), ...meaning };
  const order = [...orderOfSteps(runbook), ...orderOfFinally(runbook)];
  const faults = order.length > 0 || sources === undefined ? order : unnamedSources(runbook, sources);
  if (faults.length === 0) return runbook;
  throw new JedaErrors(
    faults.map(({ path, message, hint, unknown }) => {
      const help = unknown === undefined ? hint : didYouMean(unknown, sources ?? []);
      const atKey = unknown !== undefined && path[0] === "without";
      return errorAt(yaml, path, message, help, atKey ? true : undefined);
    }),
  );
}

function errorAt(yaml: PositionedYaml, path: Path, message: string, hint?: string, atKey?: true): JedaError {
  const at = atKey === true ? yaml.positions.keyAt(path) : yaml.positions.at(path);
  const where = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
  const detail = { ...(at === undefined ? {} : { at }), ...(hint === undefined ? {} : { hint }) };
  return new JedaError("CONFIG", `${where === "" ? "" : `${where.slice(1)}: `}${message}`, detail);
}

function runbookNames(projectDir: string): string[] {
  const folder = join(projectDir, FOLDER);
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
  return files.map((file) => file.slice(0, -".yaml".length)).sort();
}
