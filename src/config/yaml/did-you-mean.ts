/** "Did you mean": the known word closest to what was written, if it is close enough to be a slip. */
export function suggest(written: string, known: readonly string[]): string | undefined {
  if (written.length > 100) return undefined;
  const candidates = known
    .map((word) => ({ word, distance: distance(written.toLowerCase(), word.toLowerCase()) }))
    .filter(({ word, distance }) => distance <= Math.max(1, Math.floor(word.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return candidates[0]?.word;
}

/** A hint that names the closest word, or every known one. */
export function didYouMean(written: string, known: readonly string[]): string {
  const word = suggest(written, known);
  if (word !== undefined) return `did you mean ${JSON.stringify(word)}?`;
  const more = known.length > 20 ? `, and ${known.length - 20} more` : "";
  return known.length === 0 ? "there is none" : `known: ${known.slice(0, 20).join(", ")}${more}`;
}

/** Levenshtein distance; a swap of neighbours counts as one slip. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      }
      next.push(best);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
