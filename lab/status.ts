/** What is known of a lab. */
import { hostsOf, type LabHost } from "./hospital.ts";
import { namespaceExists } from "./machines/namespaces.ts";
import { readPower } from "./machines/power-record.ts";
import { type LabState, readState } from "./state.ts";

export interface HostStatus {
  readonly host: LabHost;
  /** Process id of the host's init, or null when it is off. */
  readonly pid: number | null;
}

export interface LabStatus {
  readonly id: string;
  /** Null when the lab never came up wholly. */
  readonly state: LabState | null;
  readonly hosts: readonly HostStatus[];
  /** It came up, and every host is running. */
  readonly standing: boolean;
}

export function labState(id: string): LabStatus {
  const state = readState(id);
  const hosts = hostsOf(state?.edges ?? 1).map((host) => {
    const power = namespaceExists(id, host) ? readPower(id, host) : null;
    return { host, pid: power?.alive ? power.pid : null };
  });
  return { id, state, hosts, standing: state !== null && hosts.every(({ pid }) => pid !== null) };
}

/** For people, or as one line of JSON. */
export function labStatus(id: string, json: boolean): string {
  const status = labState(id);
  if (json) return `${JSON.stringify(status)}\n`;
  if (status.state === null && status.hosts.every(({ pid }) => pid === null))
    return `lab ${id}: does not stand\n`;
  const head =
    status.state === null
      ? `lab ${id}: partly up`
      : `lab ${id}: ${status.state.size}, up since ${status.state.readyAt}`;
  const lines = status.hosts.map(
    ({ host, pid }) => `  ${host.padEnd(15)} ${pid === null ? "off" : `running, init ${pid}`}`,
  );
  return `${[head, ...lines].join("\n")}\n`;
}
