/** What a runbook's steps must be to end well, and what it leaves out. Pure; positions are the reader's concern. */
import type { Source } from "./hospital.ts";
import type { Runbook, Step } from "./runbook.ts";

export interface RunbookFault {
  /** Where it stands in the runbook. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly hint: string;
  /** A name that is not a source. */
  readonly unknown?: string;
}

type Backup = Extract<Step, { kind: "backup" }>;

const isBackup = (step: Step): step is Backup => step.kind === "backup";

/** The one order there is, so that nobody has to think another one through at night. */
export function orderOfSteps({ steps, without }: Pick<Runbook, "steps" | "without">): RunbookFault[] {
  const faults: RunbookFault[] = [];
  const refuse = (index: number | null, message: string, hint: string): void => {
    faults.push({ path: index === null ? ["steps"] : ["steps", index], message, hint });
  };
  const names = steps.map(nameOf);
  const at = (name: string): number => names.indexOf(name);
  const begun = (name: string, index: number): boolean => at(name) >= 0 && at(name) < index;
  if (at("preflight") !== 0) refuse(0, "preflight must be the first step", "nothing is cut unchecked");
  for (const [index, name] of names.entries()) {
    if (name === "shut-and-reconnect" || name === "report") {
      refuse(index, `${name} belongs under finally`, "what is there is done on every path");
    } else if (name === "prove: connected") {
      refuse(index, "prove: connected belongs under finally", "segments are connected only after the end");
    } else if (name !== "backup" && at(name) !== index) {
      refuse(index, `${name} is there twice`, "take one of them out");
    } else if (name === "prove: isolated" && !begun("isolate", index)) {
      refuse(index, "prove: isolated before isolate", "there is nothing to prove yet: isolate first");
    } else if (name === "backup" && !begun("isolate", index)) {
      refuse(index, "backup before isolate", "what is not isolated could reach the vault: isolate first");
    } else if (name === "backup" && !begun("prove: isolated", index)) {
      refuse(
        index,
        "backup before prove: isolated",
        'the vault opens only on a proved isolation: write "- prove: isolated" before it',
      );
    } else if (name === "backup" && begun("verify", index)) {
      refuse(index, "backup after verify", "put verify behind the last backup, or this one stays unverified");
    } else if (name === "verify" && !begun("backup", index)) {
      refuse(index, "verify before backup", "there is nothing to verify yet");
    }
  }
  const saves = at("backup") >= 0;
  if (at("isolate") >= 0 && at("prove: isolated") < 0 && !saves) {
    refuse(at("isolate"), "isolate without prove: isolated", 'write "- prove: isolated" behind it');
  }
  if (saves && at("verify") < 0 && without?.verify === undefined) {
    refuse(
      null,
      "what is backed up is not verified",
      'write a step verify, or "without: { verify: REASON }" beside steps: the window is then at best partial',
    );
  }
  if (without?.verify !== undefined && at("verify") >= 0) {
    const hint = "take one of them out";
    faults.push({ path: ["without", "verify"], message: "verify is a step, and left out as well", hint });
  }
  return [...faults, ...sourcesNamedTwice({ steps, ...(without === undefined ? {} : { without }) })];
}

export function orderOfFinally({ finally: steps }: Pick<Runbook, "finally">): RunbookFault[] {
  const faults: RunbookFault[] = [];
  const names = steps.map(nameOf);
  const after = "after shut-and-reconnect come prove: connected and report, each once";
  for (const [index, name] of names.entries()) {
    const path = ["finally", index];
    if (index === 0 && name !== "shut-and-reconnect") {
      const hint = "nothing may hold up the reconnection: put shut-and-reconnect first";
      faults.push({ path, message: "finally must begin with shut-and-reconnect", hint });
    } else if (!atTheEnd.includes(name)) {
      faults.push({ path, message: `${name} can't stand here`, hint: after });
    } else if (names.indexOf(name) !== index) {
      faults.push({ path, message: `${name} is there twice`, hint: after });
    }
  }
  if (faults.length > 0) return faults;
  return atTheEnd
    .filter((name) => !names.includes(name))
    .map((name) => ({ path: ["finally"], message: `${name} is missing`, hint: `write "- ${name}"` }));
}

const atTheEnd = ["shut-and-reconnect", "prove: connected", "report"];

/** As it is written: the two states to prove are two steps. */
function nameOf(step: Step): string {
  return step.kind === "prove" ? `prove: ${step.state}` : step.kind;
}

function sourcesNamedTwice({ steps, without }: Pick<Runbook, "steps" | "without">): RunbookFault[] {
  const faults: RunbookFault[] = [];
  const seen = new Set<string>();
  const backups = steps.filter(isBackup).length;
  for (const [index, step] of steps.entries()) {
    if (step.kind !== "backup") continue;
    const path = ["steps", index, "backup", "sources"];
    if (step.sources === "all") {
      if (backups === 1) continue;
      const hint = "list in each backup what it saves";
      faults.push({ path, message: "all sources are saved here, and some by another backup", hint });
      continue;
    }
    for (const [place, name] of step.sources.entries()) {
      const hint = "name it once";
      if (seen.has(name)) faults.push({ path: [...path, place], message: `${name} is saved twice`, hint });
      if (leavesOut(without, name)) {
        faults.push({ path: [...path, place], message: `${name} is saved, and left out as well`, hint });
      }
      seen.add(name);
    }
  }
  return faults;
}

/** Every source is saved by a step or left out by a word: none is forgotten. */
export function unnamedSources(runbook: Runbook, sources: readonly string[]): RunbookFault[] {
  const { steps, without } = runbook;
  const unknown = steps.flatMap((step, index): RunbookFault[] => {
    if (step.kind !== "backup" || step.sources === "all") return [];
    return step.sources.flatMap((name, place) => {
      if (sources.includes(name)) return [];
      const path = ["steps", index, "backup", "sources", place];
      return [notASource(name, path)];
    });
  });
  const absent = Object.keys(without?.sources ?? {}).filter((name) => !sources.includes(name));
  const left = absent.map((name) => notASource(name, ["without", "sources", name]));
  const saved = new Set(
    batchesOf(
      runbook,
      sources.map((name) => ({ name })),
    ).flatMap(({ names }) => names),
  );
  const forgotten = sources.filter((name) => !saved.has(name) && !leavesOut(without, name));
  const nowhere = forgotten.map((name) => ({
    path: ["steps"],
    message: `no backup saves the source ${name}`,
    hint: `name it in a backup, or write "without: { sources: { ${name}: REASON } }" beside steps`,
  }));
  const none = sources.length > 0 && sources.every((name) => leavesOut(without, name));
  const forNothing = none && steps.some(isBackup);
  const message = "every source is left out, and a backup is a step: the vault would open for nothing";
  const hint = "save one of them, or take backup and verify out of the steps";
  return [
    ...unknown,
    ...left,
    ...nowhere,
    ...(forNothing ? [{ path: ["without", "sources"], message, hint }] : []),
  ];
}

function notASource(name: string, path: readonly (string | number)[]): RunbookFault {
  return { path, message: `"${name}" is not a source`, hint: "", unknown: name };
}

export function leavesOut(without: Runbook["without"], source: string): boolean {
  return Object.hasOwn(without?.sources ?? {}, source);
}

export interface Batch {
  /** Index of its step. */
  readonly step: number;
  readonly names: readonly string[];
  readonly parallel: number;
}

/** Which sources each backup saves, one backup after another. */
export function batchesOf(
  { steps, without }: Pick<Runbook, "steps" | "without">,
  sources: readonly Pick<Source, "name">[],
): readonly Batch[] {
  return steps.flatMap((step, index) => {
    if (step.kind !== "backup") return [];
    const names = sources.map(({ name }) => name).filter((name) => isSavedBy(step, name, without));
    return [{ step: index, names, parallel: step.parallel }];
  });
}

/** `all` is every source that the runbook does not leave out. */
export function isSavedBy(step: Backup, source: string, without: Runbook["without"]): boolean {
  if (step.sources !== "all") return step.sources.includes(source);
  return !leavesOut(without, source);
}

/** What the window does not do, by the runbook's own word: one sentence each, for preview and report. */
export function leftOut({ steps, without }: Pick<Runbook, "steps" | "without">): readonly string[] {
  const sources = Object.entries(without?.sources ?? {});
  const unloaded = steps.some((step) => step.kind === "verify" && step.databases === "skip");
  return [
    ...sources.map(([name, reason]) => `${name} is not saved: ${reason}`),
    ...(without?.verify === undefined ? [] : [`nothing is verified: ${without.verify}`]),
    ...(unloaded ? ["dumps of databases are not loaded: verify has databases: skip"] : []),
  ];
}
