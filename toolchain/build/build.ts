/** The Go programs of the toolchain, each built once per pin into the user's cache. */
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { execa } from "execa";
import { JedaError } from "../../src/model/errors.ts";
import { builtProgram, repository } from "../paths.ts";
import { about, withProgress } from "../progress.ts";
import { requireGo } from "./go.ts";
import { buildArguments, moduleDir, type Pin, pinned, pins } from "./pins.ts";

/** Downloads and compilation of the largest program, on a slow machine and a slow line. */
const BUILD_LIMIT_MS = 45 * 60_000;

/** Where the program of `pin` is, built or not yet. */
export function programOf(pin: Pin): string {
  return builtProgram(pin.name, pinned(pin, repository));
}

/** Builds what is missing, one after another: each build uses every core. The caller holds the build lock. */
export async function buildPrograms(names: ReadonlySet<string>): Promise<void> {
  const missing = pins.filter((pin) => names.has(pin.name) && !existsSync(programOf(pin)));
  if (missing.length === 0) return;
  const go = await requireGo();
  for (const pin of missing) {
    const howLong = `${about(pin.aboutSeconds)} on two cores, less when Go has built it before`;
    await withProgress(`building ${pin.name} ${pin.version} with Go`, howLong, () => build(go, pin));
  }
}

async function build(go: string, pin: Pin): Promise<void> {
  const target = programOf(pin);
  const partial = `${target}.partial-${process.pid}`;
  await mkdir(dirname(target), { recursive: true });
  const { exitCode, all, shortMessage } = await execa(go, buildArguments(pin, partial), {
    cwd: moduleDir(pin, repository),
    // What GOFLAGS or a go.work of the user's adds could build something else than what is pinned. Where modules
    // come from (GOPROXY, GOSUMDB, …) stays the environment's: go.sum decides what is accepted.
    env: { GOFLAGS: "", GOWORK: "off", CGO_ENABLED: "0" },
    all: true,
    reject: false,
    stdin: "ignore",
    timeout: BUILD_LIMIT_MS,
  });
  if (exitCode !== 0) {
    await rm(partial, { force: true });
    const last = all.split("\n").slice(-15).join("\n");
    throw new JedaError(
      "PREREQUISITE",
      `${pin.name} ${pin.version} could not be built: ${shortMessage}\n${last}`,
      {
        hint: `See the whole of it: cd ${moduleDir(pin, repository)} && CGO_ENABLED=0 go build -mod=readonly -o /tmp/${pin.name} ${pin.package}`,
      },
    );
  }
  // A name appears only when its file is whole, so a run that was ended leaves nothing half-built to use.
  await rename(partial, target);
}
