/**
 * Paths as lines of a file for `restic backup --exclude-file`. restic trims the line, expands `$NAME` (`$$` is a
 * dollar) and reads the rest as a shell pattern, so whatever has a meaning goes into brackets. Pure.
 */
export function includePattern(absolutePath: string): string {
  const escaped = absolutePath.replace(/\\/g, "\\\\").replace(/[[*?]/g, "[$&]").replace(/\$/g, "$$$$");
  // Only the ends of a line are trimmed, and the beginning is always a slash.
  return escaped.replace(/[\s\u0085]$/u, "[$&]");
}
