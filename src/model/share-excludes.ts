/**
 * What a source's `exclude` leaves out, for the listing here and for restic's reading alike. `*` and `?` stand for
 * what is within a name, `**` for folders; without a slash a pattern is that of a name anywhere. As on Windows,
 * capitals and small letters are the same. A folder is left out with all that is in it. Pure.
 */
import { includePattern } from "./include-patterns.ts";

/** Is this path, or a folder above it, left out? */
export function excludedBy(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false;
  const whole = patterns.map((pattern) => `(?:${expression(pattern)})`).join("|");
  const matcher = new RegExp(`^(?:${whole})(?:/.*)?$`, "isu");
  return (path) => matcher.test(path);
}

/** Lines for `restic backup --iexclude-file`, for a share that is mounted at `root`. */
export function resticExcludes(root: string, patterns: readonly string[]): readonly string[] {
  return patterns.map((pattern) => {
    const anchored = pattern.includes("/") ? pattern : `**/${pattern}`;
    return `${includePattern(root)}/${anchored.split("*").map(literalOrAny).join("*")}`;
  });
}

function expression(pattern: string): string {
  const parts = (pattern.includes("/") ? pattern : `**/${pattern}`).split("/");
  return parts
    .map((part, index) => {
      const last = index === parts.length - 1;
      if (part === "**") return last ? ".*" : "(?:[^/]+/)*";
      const text = part.replace(/[\\^$.*+?()[\]{}|/-]/gu, (sign) => {
        if (sign === "*") return "[^/]*";
        return sign === "?" ? "[^/]" : sign === "-" ? sign : `\\${sign}`;
      });
      return last ? text : `${text}/`;
    })
    .join("");
}

/** Everything but `?`, which keeps its meaning between the stars. */
function literalOrAny(text: string): string {
  return text.split("?").map(includePattern).join("?");
}
