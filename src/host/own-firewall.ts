/** `inet jeda_host` as the backup host itself sees it: whoever is root there needs no SSH to load it again. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { execa } from "execa";
import { HOST_SCRIPT } from "./host-firewall.ts";

/** What a boot loads; without it jeda never kept this host's table. */
const KEPT = "/etc/jeda/host.nft";
/** Why the boot loaded the minimal ruleset instead, in one line. */
const FALLBACK = "/run/jeda/fallback";

export interface OwnFirewall {
  /** Whether the table locks what comes in. */
  locks(): Promise<boolean>;
  /** Why the minimal ruleset is in force since the last boot; null where it is not. */
  fallback(): string | null;
  /** Loads what a boot would load. Throws what nft says. */
  load(): Promise<void>;
  /** Calls back at each change of the table, at once; may miss some. Returns what ends it. */
  watch(changed: () => void): () => void;
}

/**
 * Null where this host never had the table.
 * @param within words in front of each command, such as those that enter a namespace.
 */
export function ownFirewall(
  within: readonly string[] = [],
  kept = KEPT,
  script = HOST_SCRIPT,
  why = FALLBACK,
): OwnFirewall | null {
  if (!existsSync(kept)) return null;
  const run = ([program = "", ...words]: readonly string[], reject: boolean) =>
    execa(program, words, { reject, stdin: "ignore", timeout: 20_000 });
  return {
    async locks() {
      const { stdout, exitCode } = await run(
        [...within, "nft", "list", "chain", "inet", "jeda_host", "input"],
        false,
      );
      return exitCode === 0 && /hook input .*policy drop/u.test(stdout);
    },
    fallback: () => (existsSync(why) ? readFileSync(why, "utf8").trim() : null),
    async load() {
      // One process, for every millisecond the vault has one lock less. The script knows what to do where that fails.
      const text = `add table inet jeda_host\ndelete table inet jeda_host\n${readFileSync(kept, "utf8")}`;
      const [program = "", ...words] = [...within, "nft", "-f", "-"];
      const { exitCode } = await execa(program, words, { reject: false, input: text, timeout: 20_000 });
      if (exitCode !== 0 || !(await this.locks())) await run([...within, script, "host", "boot"], true);
    },
    watch(changed) {
      // It ends with the runner, however that ends.
      const words = [...within, "setpriv", "--pdeathsig", "KILL", "--", "nft", "monitor"];
      const child = spawn(words[0] ?? "", words.slice(1), { stdio: ["ignore", "pipe", "ignore"] });
      child.once("error", () => undefined);
      child.stdout.on("data", (text: Buffer) => {
        if (text.includes("jeda_host")) changed();
      });
      return () => child.kill("SIGKILL");
    },
  };
}
