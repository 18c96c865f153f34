/**
 * Starts the process that carries a window out, so that nothing of ours keeps it alive: a session of its own,
 * no terminal, output to the window's log. Under systemd it becomes a transient unit, for a logout may end
 * everything that is left in a user's session (logind's KillUserProcesses).
 */
import { execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { type Places, windowPlaces } from "../places.ts";

/** Present only where systemd is the init system: sd_booted(3). */
const systemdRuns = "/run/systemd/system";

export function detach(places: Places, id: string): void {
  const own = windowPlaces(places, id);
  const [program, ...words] = [process.execPath, ...process.execArgv, process.argv[1] ?? ""];
  const run = [...words, "run", "--window", id];
  if (existsSync(systemdRuns) && process.getuid?.() === 0) {
    const settings = ["JEDA_STATE", "JEDA_CREDENTIALS", "JEDA_RUNTIME"].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [`--setenv=${name}=${value}`];
    });
    const unit = [`--unit=jeda-window-${id}-${Date.now()}`, "--collect", "--quiet"];
    const output = [
      `--property=StandardOutput=append:${own.log}`,
      `--property=StandardError=append:${own.log}`,
    ];
    execFileSync("systemd-run", [...unit, ...output, ...settings, "--", program ?? "", ...run], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    return;
  }
  const log = openSync(own.log, "a", 0o600);
  spawn(program ?? "", run, { detached: true, stdio: ["ignore", log, log], cwd: "/" }).unref();
  closeSync(log);
}
