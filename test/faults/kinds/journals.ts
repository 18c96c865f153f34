/** The journal as an earlier jeda wrote it, found by the runner of today. */
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { JournalBody, JournalEntry } from "../../../src/model/journal.ts";
import { encodeLine, genesis } from "../../../src/window/journal/journal-line.ts";
import type { Fault } from "../fault.ts";
import { signal } from "../fault-lab.ts";
import { runner, supervisor } from "./runner.ts";

/** Before journals had the runner's start and boot clock, the earlier snapshots and the plan's notices. */
export function asFirstVersion(entries: readonly JournalEntry[]): string {
  let prev = genesis;
  let text = "";
  let seq = 0;
  for (const { seq: _seq, at, prev: _prev, hash: _hash, ...body } of entries) {
    if (body.type === "repository") continue;
    const { line, entry } = encodeLine(older(body as JournalBody), { seq, at, prev });
    prev = entry.hash;
    text += line;
    seq += 1;
  }
  return text;
}

function older(body: JournalBody): JournalBody {
  if (body.type === "runner") {
    const { startTime: _start, bootMs: _boot, ...rest } = body;
    return { ...rest, version: "0.0.1" } as JournalBody;
  }
  if (body.type === "armed") {
    const { notices: _notices, ...plan } = body.plan;
    return { ...body, plan };
  }
  return body;
}

const upgraded: Fault = {
  name: "runner-upgraded-mid-window",
  states: ["preflight", "isolated", "backing-up", "verifying"],
  async inject({ lab, plan }) {
    signal([...supervisor(lab), ...runner(lab)], "SIGKILL");
    await sleep(200);
    const file = lab.journalFile(plan.id);
    const whole = lab.journal(plan.id);
    if (readFileSync(file, "utf8") === "") throw new Error(`${file} is empty`);
    writeFileSync(file, asFirstVersion(whole));
    await lab.arm(plan);
  },
};

/** The last line was being written when the power went. */
const torn: Fault = {
  name: "journal-torn-and-runner-killed",
  states: ["isolated", "backing-up", "verifying"],
  async inject({ lab, plan }) {
    signal([...supervisor(lab), ...runner(lab)], "SIGKILL");
    await sleep(200);
    writeFileSync(lab.journalFile(plan.id), '{"seq":', { flag: "a" });
    await lab.arm(plan);
  },
};

/** A line in the middle was changed; the supervisor starts a runner that does no more than end the window. */
const broken: Fault = {
  name: "journal-broken-and-runner-killed",
  states: ["isolated", "backing-up", "verifying"],
  never: () => ["ok"],
  async inject({ lab, plan }) {
    const above = supervisor(lab);
    signal(above, "SIGSTOP");
    signal(runner(lab), "SIGKILL");
    await sleep(200);
    const file = lab.journalFile(plan.id);
    const lines = readFileSync(file, "utf8").split("\n");
    const middle = Math.floor(lines.length / 2);
    lines[middle] = (lines[middle] ?? "").replace(/"at":"..../, '"at":"1999');
    writeFileSync(file, lines.join("\n"));
    signal(above, "SIGCONT");
  },
};

export const journalFaults = [upgraded, torn, broken] as const;
