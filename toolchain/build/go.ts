/** The Go that builds the toolchain's programs. */
import { existsSync } from "node:fs";
import { execa } from "execa";
import { JedaError } from "../../src/model/errors.ts";
import { findOnPath } from "../search-path.ts";
import { oldestGo } from "./pins.ts";
import { atLeast } from "./versions.ts";

const INSTALLED_BY_HAND = "/usr/local/go/bin/go";

/** Where Go's own archive goes when it is not on PATH. */
export function findGo(environment: NodeJS.ProcessEnv = process.env): string | null {
  const found = findOnPath("go", environment.PATH ?? "")[0];
  return found ?? (existsSync(INSTALLED_BY_HAND) ? INSTALLED_BY_HAND : null);
}

/** Debian's own Go is enough, for an older one fetches what is needed; elsewhere Go's archive is. */
export function installCommand(debian: boolean, arch: string = process.arch): string {
  if (debian) return "apt-get install -y --no-install-recommends golang-go";
  const machine = arch === "arm64" ? "arm64" : "amd64";
  return `curl -fsSL https://go.dev/dl/go${oldestGo}.linux-${machine}.tar.gz | tar -C /usr/local -xz && export PATH=/usr/local/go/bin:$PATH`;
}

/** What is to be done with the Go that is there, by what `go env` says of it. Pure. */
export function howToGo(version: string, choice: string): "build" | "fetch" | "refuse" {
  if (atLeast(version, oldestGo)) return "build";
  // Left to itself one from 1.21 on, as Debian 13's, fetches a release for each go.mod: three of them, where one does.
  // Debian 12's is older, and told by nobody to stay what it is.
  const mayFetch = atLeast(version, "1.21") ? choice.startsWith("auto") : atLeast(version, "1.16");
  return mayFetch ? "fetch" : "refuse";
}

/**
 * A Go that is new enough, fetched by the one that is there if need be. Throws PREREQUISITE with the command to install
 * one.
 */
export async function requireGo(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const hint = installCommand(existsSync("/etc/debian_version"));
  const go = findGo(environment);
  if (go === null) {
    throw new JedaError("PREREQUISITE", "Go is missing; it builds restic, rclone and the Pulumi engine", {
      hint,
    });
  }
  const { stdout: version } = await execa(go, ["env", "GOVERSION"], { env: { GOTOOLCHAIN: "local" } });
  const { stdout: choice } = await execa(go, ["env", "GOTOOLCHAIN"], { reject: false, env: environment });
  const archive = installCommand(false);
  switch (howToGo(version, choice)) {
    case "build":
      return go;
    case "fetch":
      return (await import("./fetch-go.ts")).fetchGo(go, archive);
    case "refuse":
      throw new JedaError("PREREQUISITE", `Go ${oldestGo} or newer is needed, ${go} is ${version}`, {
        hint: archive,
      });
  }
}
