/** The text of a window's systemd units. Pure; `launch.ts` installs them, `systemd-analyze verify` accepts them. */
import { exitCodes } from "../../verdict/exit-codes.ts";

/** What is started sooner than this after arming is started at once. */
export const timerLeadMs = 60_000;

/** An id as part of a unit's name: of its characters only "+" is none of systemd.unit(5). */
export function unitName(id: string): string {
  return `jeda-window-${id.replaceAll("+", "\\x2b")}`;
}

/**
 * Restarted when the runner dies; the results of a window are no failures and restart nothing.
 * @param env only the runner's own settings are handed on
 */
export function serviceUnit(
  id: string,
  log: string,
  command: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): string {
  const settings = ["JEDA_STATE", "JEDA_CREDENTIALS", "JEDA_RUNTIME"].flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [`Environment=${quoted(`${name}=${value}`)}`];
  });
  const results = Object.values(exitCodes).filter((code) => code !== 0);
  return unit({
    Unit: [
      `Description=jeda: the window ${id}`,
      "Wants=network-online.target",
      "After=network-online.target",
      "StartLimitIntervalSec=600",
      "StartLimitBurst=8",
    ],
    Service: [
      "Type=exec",
      `ExecStart=${command.map(quoted).join(" ")}`,
      "Restart=on-failure",
      "RestartSec=1",
      `SuccessExitStatus=${results.join(" ")}`,
      // The children die with the runner by themselves; edges are to be reached to the last.
      "KillMode=mixed",
      `StandardOutput=append:${log.replaceAll("%", "%%")}`,
      `StandardError=append:${log.replaceAll("%", "%%")}`,
      ...settings,
    ],
  });
}

/**
 * Starts the service a minute early; it waits for the rest itself. By the wall clock, in UTC: what the rule or the
 * person said was a time of day, and a clock that was set right meanwhile counts.
 */
export function timerUnit(id: string, startMs: number): string {
  const early = new Date(startMs - timerLeadMs).toISOString();
  return unit({
    Unit: [`Description=jeda: starts the window ${id}`],
    Timer: [
      `OnCalendar=${early.slice(0, 10)} ${early.slice(11, 19)} UTC`,
      "AccuracySec=1s",
      // An elapsed timer must not look like one that still waits.
      "RemainAfterElapse=no",
    ],
  });
}

/** What a reboot leaves of /run is nothing: this one arms again what the journals say, once the network is up. */
export function bootUnit(command: readonly string[]): string {
  return unit({
    Unit: [
      "Description=jeda: take up windows that a reboot interrupted",
      "Wants=network-online.target",
      "After=network-online.target",
    ],
    Service: ["Type=oneshot", `ExecStart=${command.map(quoted).join(" ")}`],
    Install: ["WantedBy=multi-user.target"],
  });
}

function unit(sections: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(sections)
    .map(([name, lines]) => `[${name}]\n${lines.join("\n")}\n`)
    .join("\n");
}

/** systemd.syntax(7): inside quotes only the backslash and the quote; "%" and "$" are expanded everywhere. */
function quoted(word: string): string {
  const escaped = word.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  return `"${escaped.replaceAll("%", "%%").replaceAll("$", "$$$$")}"`;
}
