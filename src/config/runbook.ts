/** Reads `runbooks/<name>.yaml` and refuses what could not end well. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { JedaError, JedaErrors } from "../model/errors.ts";
import type { Hospital } from "../model/hospital.ts";
import type { Runbook, Step, StepKind } from "../model/runbook.ts";
import { canonicalJson, sha256 } from "./canonical-json.ts";
import { quote } from "./invalid.ts";
import { type Path, type PositionedYaml, readYaml } from "./positions.ts";
import { readText } from "./read-text.ts";
import { runbook as schema } from "./schema/runbook.ts";
import type { IssueParams } from "./schema/shape.ts";
import { didYouMean } from "./suggest.ts";

const FOLDER = "runbooks";

/**
 * @param projectDir where `runbooks/` is
 * @throws JedaErrors (CONFIG) with positions in the runbook's file
 */
export function readRunbook(name: string, projectDir: string): Runbook {
  const file = `${FOLDER}/${name}.yaml`;
  const text = readText(file, projectDir);
  if (text === undefined) {
    throw new JedaErrors([
      new JedaError("CONFIG", `there is no runbook ${quote(name)}: ${file} does not exist`, {
        hint: didYouMean(name, runbookNames(projectDir)),
      }),
    ]);
  }
  return parseRunbook(name, file, text);
}

/**
 * @param file as shown in errors
 * @throws JedaErrors (CONFIG)
 */
export function parseRunbook(name: string, file: string, text: string): Runbook {
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
  const { steps, finally: last } = outcome.data;
  const errors = [...orderOfSteps(yaml, steps), ...orderOfFinally(yaml, last)];
  if (errors.length > 0) throw new JedaErrors(errors);
  return { name, hash: sha256(canonicalJson({ steps, finally: last })), steps, finally: last };
}

/** Sources that a runbook names must exist. Returned, not thrown, to be shown with the rest. */
export function unknownSources(runbook: Runbook, sources: Hospital["sources"]): JedaError[] {
  const known = sources.map((source) => source.name);
  const named = runbook.steps.flatMap((step) =>
    step.kind === "backup" && step.sources !== "all" ? step.sources : [],
  );
  return named
    .filter((name) => !known.includes(name))
    .map((name) => {
      const message = `${FOLDER}/${runbook.name}.yaml backs up ${quote(name)}, which is not a source`;
      return new JedaError("CONFIG", message, { hint: didYouMean(name, known) });
    });
}

function orderOfSteps(yaml: PositionedYaml, steps: readonly Step[]): JedaError[] {
  const errors: JedaError[] = [];
  const refuse = (index: number, message: string, hint: string) =>
    errors.push(errorAt(yaml, ["steps", index], message, hint));
  const kinds = steps.map((step) => step.kind);
  const needs = (index: number, before: StepKind, why: string) => {
    if (!kinds.slice(0, index).includes(before)) refuse(index, `${kinds[index]} before ${before}`, why);
  };
  if (kinds[0] !== "preflight") refuse(0, "preflight must be the first step", "nothing is cut unchecked");
  for (const [index, step] of steps.entries()) {
    if (step.kind === "shut-and-reconnect" || step.kind === "report") {
      refuse(index, `${step.kind} belongs under finally`, "what is there is done on every path");
    }
    if (step.kind === "prove" && step.state === "connected") {
      refuse(index, "prove: connected belongs under finally", "segments are connected only after the end");
    }
    if (step.kind === "prove" || step.kind === "backup") {
      needs(index, "isolate", "a source that is not isolated could reach the vault: isolate first");
    }
    if (step.kind === "verify") needs(index, "backup", "there is nothing to verify yet");
    if ((step.kind === "preflight" || step.kind === "isolate") && kinds.indexOf(step.kind) !== index) {
      refuse(index, `${step.kind} is there twice`, "take one of them out");
    }
  }
  return errors;
}

function orderOfFinally(yaml: PositionedYaml, steps: readonly Step[]): JedaError[] {
  const errors: JedaError[] = [];
  for (const [index, step] of steps.entries()) {
    const first = step.kind === "shut-and-reconnect";
    const allowed = first || step.kind === "report" || (step.kind === "prove" && step.state === "connected");
    if (index === 0 && !first) {
      const hint = "nothing may hold up the reconnection: put shut-and-reconnect first";
      errors.push(errorAt(yaml, ["finally", 0], "finally must begin with shut-and-reconnect", hint));
    } else if (!allowed || (first && index > 0)) {
      const hint = "after shut-and-reconnect come prove: connected and report";
      errors.push(errorAt(yaml, ["finally", index], `${step.kind} can't stand here`, hint));
    }
  }
  return errors;
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
