/** The Go that builds the toolchain's programs. */
import { existsSync } from "node:fs";
import { execa } from "execa";
import { JedaError } from "../src/model/errors.ts";
import { oldestGo } from "./pins.ts";
import { findOnPath } from "./search-path.ts";
import { atLeast } from "./versions.ts";

const INSTALLED_BY_HAND = "/usr/local/go/bin/go";

/** Where Go's own archive goes when it is not on PATH. */
export function findGo(environment: NodeJS.ProcessEnv = process.env): string | null {
  const found = findOnPath("go", environment.PATH ?? "")[0];
  return found ?? (existsSync(INSTALLED_BY_HAND) ? INSTALLED_BY_HAND : null);
}

/** Debian 12's own Go is too old for the engine, so the way is Go's archive. */
export function installCommand(arch: string = process.arch): string {
  const machine = arch === "arm64" ? "arm64" : "amd64";
  return `curl -fsSL https://go.dev/dl/go${oldestGo}.linux-${machine}.tar.gz | tar -C /usr/local -xz && export PATH=/usr/local/go/bin:$PATH`;
}

/** A Go that is new enough, or one that fetches a newer self. Throws PREREQUISITE with the command to install one. */
export async function requireGo(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const go = findGo(environment);
  if (go === null) {
    throw new JedaError("PREREQUISITE", "Go is missing; it builds restic, rclone and the Pulumi engine", {
      hint: installCommand(),
    });
  }
  const { stdout: version } = await execa(go, ["env", "GOVERSION"], { env: { GOTOOLCHAIN: "local" } });
  if (atLeast(version, oldestGo)) return go;
  const { stdout: choice } = await execa(go, ["env", "GOTOOLCHAIN"], { reject: false, env: environment });
  // Since 1.21 Go fetches the version that a go.mod asks for, unless it is told to stay local.
  if (atLeast(version, "1.21") && choice.startsWith("auto")) return go;
  throw new JedaError("PREREQUISITE", `Go ${oldestGo} or newer is needed, ${go} is ${version}`, {
    hint: installCommand(),
  });
}
