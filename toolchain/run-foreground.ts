/** One child that does the whole work, as near to `exec` as signals allow. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { findOnPath } from "./search-path.ts";

/** Two interrupts nearer than this are one Ctrl-C that came by two ways. */
const ONE_INTERRUPT_MS = 2_000;

/**
 * Runs `words` with our own standard streams and sets our exit code to its own (128 + n for a signal).
 *
 * An interrupt must reach the child exactly once, for a second one makes Pulumi give up its lock and its state. At
 * a terminal the kernel sends Ctrl-C to child and parent alike, and npm sends it to us once more: the child shares
 * our process group and we pass nothing on. Elsewhere the child has a group of its own, and of the interrupts that
 * reach us (from a person's `kill`, from npm, from `timeout`) the first is passed on.
 */
export async function become(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  isTerminal: boolean = process.stdin.isTTY === true,
): Promise<void> {
  const [program = "", ...rest] = [...endsWithUs(), ...words];
  const child = spawn(program, rest, { stdio: "inherit", env: environment, detached: !isTerminal });
  let last = Number.NEGATIVE_INFINITY;
  process.on("SIGINT", () => {
    const now = performance.now();
    if (!isTerminal && now - last > ONE_INTERRUPT_MS) child.kill("SIGINT");
    last = now;
  });
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      process.exitCode = code ?? 128 + (signal === null ? 1 : constants.signals[signal]);
      resolve();
    });
  });
}

/** If we are killed outright, the kernel interrupts the child, which then ends in good order. */
function endsWithUs(): string[] {
  const setpriv = findOnPath("setpriv", process.env.PATH ?? "")[0];
  return setpriv === undefined ? [] : [setpriv, "--pdeathsig", "INT", "--"];
}
