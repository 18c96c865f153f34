/** Hosts in the settings of the machine that Pulumi runs on. Pure. */
import { hostOf } from "../network/host-address.ts";

export interface StateHost {
  readonly host: string;
  /** A store of one of the clouds, or Pulumi's own: on the internet, whatever its name. */
  readonly beyond: boolean;
}

/**
 * The host of a Pulumi backend's address; null where it is on this machine. A user, a password and everything
 * behind the host stay out: what comes back is printed.
 */
export function stateHost(url: string): StateHost | null {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined || scheme === "file") return null;
  const endpoint = /[?&]endpoint=([^&]+)/.exec(url)?.[1];
  const host = hostOf(endpoint === undefined ? url : decodeURIComponent(endpoint));
  if (host === null) return null;
  const cloud = ["s3", "gs", "azblob"].includes(scheme) && endpoint === undefined;
  return { host, beyond: cloud || /(^|\.)pulumi\.com$/i.test(host) };
}

/** `server`, `pool` and `peer` of ntpd and chrony, `NTP=` of systemd-timesyncd. */
export function timeServers(text: string): readonly string[] {
  const found = text.split("\n").flatMap((line) => {
    const named = /^\s*(?:server|pool|peer)\s+(\S+)/.exec(line)?.[1];
    if (named !== undefined) return [named];
    return /^\s*NTP\s*=(.*)$/.exec(line)?.[1]?.trim().split(/\s+/) ?? [];
  });
  return [...new Set(found.filter((host) => host !== ""))];
}
