/** What a run of the matrix leaves behind: a line for each cell, and the evidence of those that failed. */
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { diskDir } from "../../lab/state.ts";
import { repository } from "../../toolchain/paths.ts";
import type { CellOutcome } from "./run-cell.ts";

export interface RecordedCell extends CellOutcome {
  /** Short hash of the commit that was run; with a `+` where files were changed besides. */
  readonly commit: string;
  /** ISO 8601, UTC: when the cell was over. */
  readonly at: string;
}

const fileOf = (directory: string): string => join(directory, "cells.jsonl");

export async function commitHere(): Promise<string> {
  const git = (words: readonly string[]) => execa("git", words, { cwd: repository, reject: false });
  const [head, changes] = await Promise.all([
    git(["rev-parse", "--short", "HEAD"]),
    git(["status", "--porcelain", "--untracked-files=no"]),
  ]);
  if (head.failed) return "unknown";
  return `${head.stdout.trim()}${changes.stdout.trim() === "" ? "" : "+"}`;
}

/** Adds a line; the file is made when it is not there. */
export function recordCell(directory: string, outcome: CellOutcome, commit: string): void {
  mkdirSync(directory, { recursive: true });
  const recorded: RecordedCell = { ...outcome, commit, at: new Date().toISOString() };
  appendFileSync(fileOf(directory), `${JSON.stringify(recorded)}\n`);
}

/** All lines, oldest first; none where nothing was recorded. */
export function recordedCells(directory: string): readonly RecordedCell[] {
  if (!existsSync(fileOf(directory))) return [];
  const lines = readFileSync(fileOf(directory), "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as RecordedCell);
}

/** Names of the cells whose last run passed. */
export function passedCells(recorded: readonly RecordedCell[]): ReadonlySet<string> {
  const last = new Map(recorded.map((one) => [one.cell, one.broken.length === 0]));
  return new Set([...last].flatMap(([cell, passed]) => (passed ? [cell] : [])));
}

/** Copies the newest windows of a lab's backup host (journal, plan, report, log), before the lab is gone. */
export function keepEvidence(directory: string, cell: string, labId: string): void {
  const windows = join(diskDir(labId, "backup"), "upper/var/lib/jeda/windows");
  if (!existsSync(windows)) return;
  const newest = readdirSync(windows)
    .map((name) => ({ name, at: statSync(join(windows, name)).mtimeMs }))
    .toSorted((a, b) => b.at - a.at)
    .slice(0, 2);
  for (const { name } of newest) {
    cpSync(join(windows, name), join(directory, "evidence", cell.replaceAll("/", "_"), name), {
      recursive: true,
      filter: (file) => statSync(file).isFile() || statSync(file).isDirectory(),
    });
  }
}
