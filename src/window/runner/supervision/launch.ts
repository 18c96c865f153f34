/**
 * Starts what carries a window out, so that nothing of ours keeps it alive and something brings it back: under
 * systemd a service that is restarted on failure, and a timer until its start comes, for a logout may end everything
 * that is left in a user's session (logind's KillUserProcesses); elsewhere jeda's own supervisor, which waits in a
 * session of its own.
 */
import { execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Places, windowPlaces } from "../store/paths.ts";
import { bootUnit, serviceUnit, timerLeadMs, timerUnit, unitName } from "./systemd-units.ts";

/** Present only where systemd is the init system: sd_booted(3). */
const systemdRuns = "/run/systemd/system";
const bootUnitFile = "/etc/systemd/system/jeda-boot.service";

/** @param startMs epoch milliseconds; given for a window that waits, which then need not have a process yet */
export function detach(places: Places, id: string, startMs?: number): void {
  const { log } = windowPlaces(places, id);
  if (underSystemd()) {
    enableBoot();
    startUnits(id, log, startMs);
    return;
  }
  const [program = "", ...words] = runnerCommand("supervise", id);
  const output = openSync(log, "a", 0o600);
  const stdio = ["ignore", output, output] as const;
  spawn(program, words, { detached: true, stdio: [...stdio], cwd: "/" }).unref();
  closeSync(output);
}

/** This very program with another verb. */
export function runnerCommand(verb: "run" | "supervise" | "boot", id?: string): readonly string[] {
  const named = id === undefined ? [] : ["--window", id];
  return [process.execPath, ...process.execArgv, process.argv[1] ?? "", verb, ...named];
}

/** Whether systemd will start this window when its time comes. */
export function timerWaits(id: string): boolean {
  return underSystemd() && systemctl("is-active", "--quiet", `${unitName(id)}.timer`);
}

/** Of a window that is over, or was taken back: no timer may start it again. */
export function forgetUnits(id: string): void {
  if (!underSystemd()) return;
  const name = unitName(id);
  systemctl("stop", `${name}.timer`);
  for (const kind of ["timer", "service"]) rmSync(join(systemdRuns, `${name}.${kind}`), { force: true });
}

function underSystemd(): boolean {
  return existsSync(systemdRuns) && process.getuid?.() === 0;
}

function startUnits(id: string, log: string, startMs: number | undefined): void {
  const name = unitName(id);
  const waits = startMs !== undefined && startMs - Date.now() > 2 * timerLeadMs;
  const service = serviceUnit(id, log, runnerCommand("run", id), process.env);
  writeFileSync(join(systemdRuns, `${name}.service`), service, { mode: 0o644 });
  if (waits) writeFileSync(join(systemdRuns, `${name}.timer`), timerUnit(id, startMs), { mode: 0o644 });
  systemctl("daemon-reload");
  systemctl("reset-failed", `${name}.service`);
  const started = `${name}.${waits ? "timer" : "service"}`;
  execFileSync("systemctl", ["start", "--no-block", started], { stdio: ["ignore", "ignore", "inherit"] });
}

function enableBoot(): void {
  if (existsSync(bootUnitFile)) return;
  writeFileSync(bootUnitFile, bootUnit(runnerCommand("boot")), { mode: 0o644 });
  systemctl("daemon-reload");
  systemctl("enable", "jeda-boot.service");
}

function systemctl(...words: readonly string[]): boolean {
  try {
    execFileSync("systemctl", words, { stdio: "ignore", timeout: 30_000 });
    return true;
  } catch {
    return false;
  }
}
