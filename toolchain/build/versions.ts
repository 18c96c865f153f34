/** Versions as tools print them: found in a line of output, and compared number by number. */

export type Version = readonly [major: number, minor: number, patch: number];

/** The first `1.2.3` (or `1.2`) in `text`; null when there is none. */
export function findVersion(text: string): Version | null {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return match === null ? null : [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

/** Negative, zero or positive, as for sorting. */
export function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

export function atLeast(text: string, oldest: string): boolean {
  const [found, wanted] = [findVersion(text), findVersion(oldest)];
  return found !== null && wanted !== null && compareVersions(found, wanted) >= 0;
}
