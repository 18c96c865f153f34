/** Lines on standard error for whoever waits: what is being done, about how long, and that it goes on. */

const HEARTBEAT_MS = 10_000;

export function say(line: string): void {
  process.stderr.write(`toolchain: ${line}\n`);
}

/**
 * Runs `work`, saying what it is (`building pulumi 3.250.0`) and about how long it takes, a line every ten seconds
 * while it goes on, and how long it took.
 */
export async function withProgress<T>(what: string, howLong: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  say(`${what} (${howLong})`);
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
