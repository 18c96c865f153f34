/** The line that an error is about, with a mark under the place. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Position } from "../model/errors.ts";

const WIDTH = 100;

/**
 * @param baseDir what the position's file is relative to
 * @returns lines to print, none when the file can't be read or the line may show a secret
 */
export function codeFrame(at: Position, baseDir: string): string[] {
  let lines: readonly string[];
  try {
    lines = readFileSync(resolve(baseDir, at.file), "utf8").split(/\r?\n/);
  } catch {
    return [];
  }
  return frameOf(lines, at);
}

export function frameOf(lines: readonly string[], at: Position): string[] {
  const line = lines[at.line - 1];
  if (line === undefined || mayShowSecret(lines, at.line - 1)) return [];
  const from = Math.max(0, Math.min(at.column - 1 - WIDTH / 2, line.length - WIDTH));
  const shown = line.slice(from, from + WIDTH);
  const number = String(at.line);
  const gutter = " ".repeat(number.length);
  // Tabs are kept in front of the mark, so that it stands under its place whatever their width.
  const before = line.slice(from, at.column - 1).replaceAll(/[^\t]/g, " ");
  return [`  ${number} | ${shown}`, `  ${gutter} | ${before}^`];
}

/** Inside `jeda:credentials`, or where somebody wrote a password into another place. */
function mayShowSecret(lines: readonly string[], index: number): boolean {
  if (/passw|secret|token/i.test(lines[index] ?? "")) return true;
  const above = lines.slice(0, index + 1).reverse();
  const key = above
    .map((line) => /^\s*["']?jeda:([\w-]+)/.exec(line)?.[1])
    .find((found) => found !== undefined);
  return key === "credentials";
}
