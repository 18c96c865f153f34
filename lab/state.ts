/**
 * Where a lab keeps itself: every path, name and record derives from the lab's id, so that several labs can
 * stand side by side and a crashed one can be found and cleared away by name alone.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { JedaError } from "../src/model/errors.ts";
import type { EdgeCount, LabHost } from "./hospital.ts";

export type LabSize = "standard" | "tiny";

export interface LabState {
  readonly version: 1;
  readonly id: string;
  readonly size: LabSize;
  readonly edges: EdgeCount;
  /** ISO 8601, UTC: when the last host answered. */
  readonly readyAt: string;
  /** Milliseconds that bringing it up took. */
  readonly upMs: number;
}

export const DEFAULT_LAB = "lab";

/** All labs of the machine; a directory of root's. */
export const labsDir = "/run/jeda-lab";

const idPattern = /^[a-z0-9][a-z0-9-]{0,23}$/;

/** Throws CONFIG for an id that could not be part of a namespace's name. */
export function checkLabId(id: string): string {
  if (!idPattern.test(id)) {
    throw new JedaError("CONFIG", `"${id}" is not a lab id`, {
      hint: "Use 1 to 24 lower-case letters, digits and hyphens, for example --id lab2.",
    });
  }
  return id;
}

export const stateDir = (id: string): string => join(labsDir, checkLabId(id));
export const lockFile = (id: string): string => join(labsDir, `${checkLabId(id)}.lock`);
const stateFile = (id: string): string => join(stateDir(id), "state.json");

/** Pulumi's file backend of this lab. */
export const backendDir = (id: string): string => join(stateDir(id), "pulumi");
/** The stack file of a lab with two edges; of one with a single edge it is not there. */
export const twoEdgesFile = (id: string): string => join(stateDir(id), "two-edges.yaml");
/** What is bound over /etc/ssh/ssh_config, /etc/hosts and /etc/resolv.conf for whoever acts as ops. */
export const opsDir = (id: string): string => join(stateDir(id), "ops");
export const sshConfig = (id: string): string => join(opsDir(id), "ssh_config");

/** Everything of one host: its disk, its console and the record of its init. */
export const hostDir = (id: string, host: LabHost): string => join(stateDir(id), "hosts", host);
/** Mount point of the host's disk, a tmpfs of limited size. */
export const diskDir = (id: string, host: LabHost): string => join(hostDir(id, host), "disk");
export const consoleLog = (id: string, host: LabHost): string => join(hostDir(id, host), "console.log");
/** "PID INODE": the init's process id outside, and the inode of its PID namespace. */
export const initFile = (id: string, host: LabHost): string => join(hostDir(id, host), "init");

/** `${JEDA_CACHE:-${XDG_CACHE_HOME:-~/.cache}/jeda}/lab` */
export function labCache(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(environment.JEDA_CACHE || join(base, "jeda"), "lab");
}

/** The record of a lab that came up wholly, or null. It says nothing about what has died since. */
export function readState(id: string): LabState | null {
  const file = stateFile(id);
  if (!existsSync(file)) return null;
  return JSON.parse(readFileSync(file, "utf8")) as LabState;
}

export function writeState(state: LabState): void {
  const file = stateFile(state.id);
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
