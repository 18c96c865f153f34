/** The options of the window's verbs. */
import { hostname, userInfo } from "node:os";
import type { BackupReach } from "../host/backup-read.ts";
import { JedaError } from "../model/errors.ts";
import { configured } from "./aim.ts";
import { parseOptions } from "./parse-options.ts";

export interface WindowOptions {
  readonly id: string | undefined;
  readonly backup: string | undefined;
  readonly stack: string | undefined;
  readonly by: string;
  readonly reason: string | undefined;
  /** `extend` has `--by` for the time, and this for the person. */
  readonly who: string | undefined;
  readonly until: string | undefined;
  readonly for: string | undefined;
  readonly json: boolean;
  /** By the read-only key, which starts nothing. */
  readonly read: boolean;
}

/** @throws JedaError CONFIG for an option that no verb of the window has. */
export function windowOptions(words: readonly string[]): WindowOptions {
  const text = { type: "string" } as const;
  const values = parseOptions(words, {
    id: text,
    window: text,
    backup: text,
    stack: text,
    by: text,
    reason: text,
    who: text,
    until: text,
    json: { type: "boolean" },
    read: { type: "boolean" },
  });
  return {
    id: values.id ?? values.window,
    backup: values.backup,
    stack: values.stack,
    by: values.by ?? operator(),
    reason: values.reason,
    who: values.who,
    until: values.until,
    for: values.by,
    json: values.json ?? false,
    read: values.read ?? false,
  };
}

/** Who sits at this terminal, where nobody is named. */
export function operator(): string {
  return `${userInfo().username}@${hostname()}`;
}

/** How the backup host of the stack is asked without root. @throws JedaErrors CONFIG when the stack's file is wrong. */
export function backupReach({ stack }: WindowOptions): BackupReach {
  const { ssh, sshRead } = configured(stack).hospital.backupHost;
  return { ssh, read: sshRead };
}

/** @throws JedaError CONFIG when it is missing. */
export function needed(value: string | undefined, option: string, what: string): string {
  if (value !== undefined && value.trim() !== "") return value;
  throw new JedaError("CONFIG", `--${option} is missing: ${what}`);
}
