/**
 * Starts what carries a window out, so that nothing of ours keeps it alive and something brings it back: under
 * systemd a transient unit that is restarted on failure, for a logout may end everything that is left in a user's
 * session (logind's KillUserProcesses); elsewhere jeda's own supervisor in a session of its own.
 */
import { execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, writeFileSync } from "node:fs";
import { exitCodes } from "../exit-codes.ts";
import { type Places, windowPlaces } from "../places.ts";

/** Present only where systemd is the init system: sd_booted(3). */
const systemdRuns = "/run/systemd/system";
const bootUnit = "/etc/systemd/system/jeda-boot.service";

export function detach(places: Places, id: string): void {
  const { log } = windowPlaces(places, id);
  if (existsSync(systemdRuns) && process.getuid?.() === 0) {
    enableBoot();
    execFileSync("systemd-run", unitWords(id, log, runnerCommand("run", id), process.env), {
      stdio: ["ignore", "ignore", "inherit"],
    });
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

/** Words of systemd-run(1). The results of a window are no failures: they restart nothing. Pure. */
export function unitWords(
  id: string,
  log: string,
  command: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const properties = [
    "Restart=on-failure",
    "RestartSec=1",
    "StartLimitIntervalSec=600",
    "StartLimitBurst=8",
    `SuccessExitStatus=${Object.values(exitCodes)
      .filter((code) => code !== 0)
      .join(" ")}`,
    // The children die with the runner by themselves; edges are to be reached to the last.
    "KillMode=mixed",
    `StandardOutput=append:${log}`,
    `StandardError=append:${log}`,
  ];
  const settings = ["JEDA_STATE", "JEDA_CREDENTIALS", "JEDA_RUNTIME"].flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [`--setenv=${name}=${value}`];
  });
  // One name a window: systemd refuses a second unit while the first lives.
  const unit = [`--unit=jeda-window-${id}`, "--collect", "--quiet"];
  return [...unit, ...properties.map((one) => `--property=${one}`), ...settings, "--", ...command];
}

/** Transient units don't survive a reboot: this one starts them again. */
function enableBoot(): void {
  if (existsSync(bootUnit)) return;
  const command = runnerCommand("boot").map((word) => `"${word.replaceAll("%", "%%")}"`);
  const text = [
    "[Unit]",
    "Description=jeda: take up windows that a reboot interrupted",
    "Wants=network-online.target",
    "After=network-online.target",
    "[Service]",
    "Type=oneshot",
    `ExecStart=${command.join(" ")}`,
    "[Install]",
    "WantedBy=multi-user.target",
    "",
  ].join("\n");
  writeFileSync(bootUnit, text, { mode: 0o644 });
  execFileSync("systemctl", ["daemon-reload"], { stdio: "ignore" });
  execFileSync("systemctl", ["enable", "jeda-boot.service"], { stdio: "ignore" });
}
