/** Lines on standard error for whoever waits: what is being done, about how long, and that it goes on. */

const HEARTBEAT_MS = 10_000;

export function say(line: string): void {
  process.stderr.write(`toolchain: ${line}\n`);
}

/**
 * Runs `work`, saying what it is (`building pulumi 3.250.0`), a line every ten seconds, and how long it took.
 * `aboutSeconds` is what an empty cache takes on two cores.
 */
export async function withProgress<T>(
  what: string,
  aboutSeconds: number,
  work: () => Promise<T>,
): Promise<T> {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  say(`${what} (${about(aboutSeconds)}${aboutSeconds > 20 ? " when nothing is cached" : ""})`);
  const beat = setInterval(() => say(`still ${what}: ${seconds()} s`), HEARTBEAT_MS);
  try {
    const result = await work();
    say(`done ${what}: ${seconds()} s`);
    return result;
  } finally {
    clearInterval(beat);
  }
}

export function about(seconds: number): string {
  return seconds < 100 ? `about ${seconds} s` : `about ${Math.round(seconds / 60)} min`;
}
