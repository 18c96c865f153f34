/** What runs out or is taken away from the runner: open files, its journal, the way into a source. */
import { execa } from "execa";
import type { Fault } from "../fault.ts";
import { runner } from "./runner.ts";

/** The runner can't open another file, socket or pipe. */
const files: Fault = {
  name: "runner-without-file-descriptors",
  states: ["isolated", "backing-up", "verifying", "reconnecting"],
  async inject({ lab }) {
    await Promise.all(
      runner(lab).map(async ({ pid }) => {
        await execa("prlimit", ["--pid", String(pid), "--nofile=12:12"], { reject: false });
      }),
    );
  },
};

const journalEmptied: Fault = {
  name: "journal-emptied",
  states: ["isolated", "backing-up", "verifying"],
  never: () => ["ok"],
  inject: async ({ lab, plan }) =>
    void (await lab.must("backup", `: >/var/lib/jeda/windows/${plan.id}/journal.jsonl`)),
};

const denied: Fault = {
  name: "database-password-changed",
  states: ["preflight", "isolated", "verifying"],
  inject: async ({ lab }) => void (await lab.must("clinical", lock("ACCOUNT LOCK"))),
  mend: async ({ lab }) => void (await lab.must("clinical", lock("ACCOUNT UNLOCK"))),
};

const lock = (how: string): string =>
  `echo "ALTER USER 'jeda-backup'@'%' ${how};" | mariadb --defaults-file=/etc/lab/my.cnf -uroot`;

export const limitFaults = [files, journalEmptied, denied] as const;
