/** Installs what the lab and the tests need of Debian, or says the exact command. */
import { existsSync } from "node:fs";
import { chmod, rm, writeFile } from "node:fs/promises";
import { execa } from "execa";
import { JedaError } from "../../src/model/errors.ts";
import { say, withProgress } from "../progress.ts";
import { debianPackages, missingPackages } from "./debian-packages.ts";

const POLICY = "/usr/sbin/policy-rc.d";
const INSTALL = ["install", "-y", "-q", "--no-install-recommends"];
const LIMIT_MS = 30 * 60_000;

/**
 * Returns when every package is installed. As root on Debian it installs what is missing, asking nothing and
 * starting no service; otherwise it throws PREREQUISITE with the command to run.
 */
export async function ensurePackages(): Promise<void> {
  const missing = await findMissing();
  if (missing === null) {
    say("this is not Debian: taking for granted that its packages' programs are there");
    return;
  }
  if (missing.length === 0) return;
  const command = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(" ")}`;
  if (process.getuid?.() !== 0) {
    throw new JedaError("PREREQUISITE", `Debian packages are missing: ${missing.join(", ")}`, {
      hint: `sudo sh -c '${command}'`,
    });
  }
  await withProgress("updating Debian's package lists", "about 15 s", () => apt(["update", "-q"], command));
  say(`these Debian packages are missing: ${missing.join(", ")}`);
  await withProgress(`installing ${missing.length} Debian packages`, "about 90 s for all of them", () =>
    withoutServices(() => apt([...INSTALL, ...missing], command)),
  );
  const still = await findMissing();
  if (still !== null && still.length > 0) {
    throw new JedaError("PREREQUISITE", `apt-get did not install ${still.join(", ")}`, {
      hint: command,
      changed: "other packages were installed",
    });
  }
}

/** Null where there is no dpkg. */
async function findMissing(): Promise<string[] | null> {
  const names = Object.keys(debianPackages);
  const { stdout, exitCode } = await execa(
    "dpkg-query",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own format
    ["-W", "-f", "${Package} ${db:Status-Status}\n", ...names],
    { reject: false, stderr: "ignore" },
  );
  // dpkg-query ends with 1 when it does not know a package at all, and lists the others.
  return exitCode === undefined ? null : missingPackages(names, stdout);
}

/**
 * A policy that forbids starting services is the Debian way; one that the machine has is left as it is. It goes
 * away on every path, Ctrl-C included.
 */
async function withoutServices<T>(work: () => Promise<T>): Promise<T> {
  if (existsSync(POLICY)) return await work();
  await writeFile(POLICY, "#!/bin/sh\nexit 101\n");
  await chmod(POLICY, 0o755);
  // apt-get gets the signal as well and ends; until then the policy has to stay.
  const waitForApt = () => say("interrupted; waiting for apt-get to end");
  process.on("SIGINT", waitForApt).on("SIGTERM", waitForApt);
  try {
    return await work();
  } finally {
    process.off("SIGINT", waitForApt).off("SIGTERM", waitForApt);
    await rm(POLICY, { force: true });
  }
}

async function apt(words: readonly string[], command: string): Promise<void> {
  const { exitCode, all } = await execa("apt-get", ["-o", "DPkg::Lock::Timeout=300", ...words], {
    env: { DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_SUSPEND: "1", LC_ALL: "C.UTF-8" },
    all: true,
    reject: false,
    stdin: "ignore",
    timeout: LIMIT_MS,
  });
  if (exitCode === 0) return;
  const last = all.trim().split("\n").slice(-12).join("\n");
  throw new JedaError("PREREQUISITE", `apt-get ${words[0]} failed (exit ${exitCode}):\n${last}`, {
    hint: command,
    changed: "packages may have been unpacked",
  });
}
