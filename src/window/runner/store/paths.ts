/** Where the runner keeps what on the backup host. */
import { join } from "node:path";
import { JedaError } from "../../../model/errors.ts";

export interface Places {
  readonly state: string;
  readonly windows: string;
  /** Windows that were taken back before they began: kept for the record, and their ids free again. */
  readonly disarmed: string;
  /** Recurring windows, by which one window after another is armed. */
  readonly schedules: string;
  readonly credentials: string;
  /** On tmpfs: mounts, option files and sockets of a running window. */
  readonly runtime: string;
}

export function places(env: Readonly<Record<string, string | undefined>> = process.env): Places {
  const state = env.JEDA_STATE ?? "/var/lib/jeda";
  return {
    state,
    windows: join(state, "windows"),
    disarmed: join(state, "disarmed"),
    schedules: join(state, "schedules"),
    credentials: env.JEDA_CREDENTIALS ?? "/etc/jeda/credentials.json",
    runtime: env.JEDA_RUNTIME ?? "/run/jeda",
  };
}

export interface WindowPlaces {
  readonly directory: string;
  readonly journal: string;
  readonly plan: string;
  readonly report: string;
  readonly log: string;
  /** Who wants the window to stop and why, for the runner that is sent a signal. */
  readonly abortRequest: string;
  /** More time that an operator asks for; whoever takes it renames it first. */
  readonly extendRequest: string;
  readonly runtime: string;
}

/** @throws JedaError CONFIG for an id that can't be a file's name. */
export function windowPlaces(all: Places, id: string): WindowPlaces {
  if (!/^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/u.test(id)) {
    throw new JedaError("CONFIG", `"${id}" is not a window's id`, {
      hint: "jeda window status shows the ids",
    });
  }
  const directory = join(all.windows, id);
  return {
    directory,
    journal: join(directory, "journal.jsonl"),
    plan: join(directory, "plan.json"),
    report: join(directory, "report.json"),
    log: join(directory, "runner.log"),
    abortRequest: join(directory, "abort.json"),
    extendRequest: join(directory, "extend.json"),
    runtime: join(all.runtime, "window", id),
  };
}
