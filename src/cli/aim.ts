/**
 * Which hospital a command means. Nothing is guessed where hosts are asked: the stack or the backup host is named, on
 * the line or by the environment, or there is only one stack that could be meant.
 */
import { fileURLToPath } from "node:url";
import { type Loaded, loadFromStackFile } from "../config/load.ts";
import { stackNames } from "../config/stack-file.ts";
import { shellQuote } from "../host/frame.ts";
import { JedaError } from "../model/errors.ts";

export interface Named {
  readonly backup: string | undefined;
  readonly stack: string | undefined;
}

export interface Aim {
  /** The OpenSSH destination of the backup host. */
  readonly destination: string;
  /** Undefined where only the backup host was named. */
  readonly stack: string | undefined;
}

const projectDir = fileURLToPath(new URL("../..", import.meta.url));

/** What a stack's file of this clone says. @throws JedaErrors CONFIG */
export const ofStack = (stack: string): Loaded => loadFromStackFile(stack, projectDir);

/**
 * For commands that only read the stack's file: the lab's where none is named.
 * @throws JedaErrors CONFIG
 */
export const configured = (stack: string | undefined): Loaded =>
  ofStack(stack ?? fromEnvironment("JEDA_STACK") ?? "lab");

/** What is written on the line goes before the environment, and must fit together. @throws JedaError CONFIG */
export function aimOf({ backup, stack }: Named): Aim {
  if (backup !== undefined) {
    if (stack !== undefined) demandSame(stack, backup, "--backup");
    return { destination: backup, stack };
  }
  if (stack !== undefined) return { destination: ofStack(stack).hospital.backupHost.ssh, stack };
  const [host, named] = [fromEnvironment("JEDA_BACKUP_HOST"), fromEnvironment("JEDA_STACK")];
  if (host !== undefined) {
    if (named !== undefined) demandSame(named, host, "JEDA_BACKUP_HOST");
    return { destination: host, stack: named };
  }
  const chosen = named ?? onlyStack();
  return { destination: ofStack(chosen).hospital.backupHost.ssh, stack: chosen };
}

/**
 * The stack, where the command needs one and only the backup host was named.
 * @param destination puts the stacks that have this backup host first
 * @throws JedaError CONFIG with the lines to type
 */
export function demandStack(message: string, destination?: string): never {
  const names = stackNames(projectDir);
  const fitting = names.filter((name) => destination !== undefined && backupHostOf(name) === destination);
  const lines = (fitting.length > 0 ? fitting : names).map((name) => `  ${lineFor(name, typed())}`);
  const hint = lines.length === 0 ? "name its file: --stack FILE.yaml" : `type one of\n${lines.join("\n")}`;
  throw new JedaError("CONFIG", message, { hint });
}

/** The line as it was typed, with the stack named. Pure. */
export function lineFor(stack: string, words: readonly string[]): string {
  const [verbs, rest] = words[0] === "window" ? [words.slice(0, 2), words.slice(2)] : [words, []];
  return ["npm run -s jeda --", ...[...verbs, "--stack", stack, ...rest].map(shellQuote)].join(" ");
}

const typed = (): readonly string[] => process.argv.slice(2);

function onlyStack(): string {
  const names = stackNames(projectDir);
  const [first, second] = names;
  if (first !== undefined && second === undefined) return first;
  return demandStack(`which hospital is meant? There are the stacks ${names.join(", ") || "(none)"}`);
}

/** Some other host under the name of this stack would be another hospital's. A stack that can't be read can't tell. */
function demandSame(stack: string, backup: string, by: string): void {
  const host = readable(stack)?.hospital.backupHost;
  if (host === undefined) return;
  const where = backup.slice(backup.lastIndexOf("@") + 1);
  const own = [host.ssh, host.sshRead, host.ssh.slice(host.ssh.lastIndexOf("@") + 1), ...host.addresses];
  if (own.includes(backup) || own.includes(where)) return;
  throw new JedaError(
    "CONFIG",
    `${by} ${backup} is not the backup host of the stack ${stack}: that is ${host.ssh}`,
    {
      hint: `leave ${by} out, or name the stack that it belongs to`,
    },
  );
}

const backupHostOf = (stack: string): string | undefined => readable(stack)?.hospital.backupHost.ssh;

/** Undefined for a stack that is not there or is wrong. */
function readable(stack: string): Loaded | undefined {
  try {
    return ofStack(stack);
  } catch {
    return undefined;
  }
}

function fromEnvironment(name: string): string | undefined {
  return process.env[name] || undefined;
}
