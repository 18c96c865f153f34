/** Faults of what is saved: gone, hanging, dying half way, growing, changing while it is read. */
import { setTimeout as sleep } from "node:timers/promises";
import type { LabHost } from "../../../lab/hospital.ts";
import { type Fault, notOk } from "../fault.ts";
import { type FaultLab, running, signal } from "../fault-lab.ts";

const during = ["preflight", "isolated", "backing-up", "verifying"] as const;
const early = (state: string) => (state === "verifying" ? [] : (["ok"] as const));

/** The subshells of the host's boot script that start a service again when it has ended. */
const keepers = (lab: FaultLab, host: LabHost) =>
  lab.processes(host).filter(({ command, parent }) => {
    const parents = lab.processes(host).find(({ pid }) => pid === parent);
    return command === "sh /etc/lab/start" && parents?.command === "sh /etc/lab/start";
  });

const gone = (name: string, host: LabHost, program: string, injures: Fault["injures"] = []): Fault => ({
  name,
  states: during,
  injures,
  never: early,
  async inject({ lab }) {
    signal(keepers(lab, host), "SIGSTOP");
    signal(running(lab, host, program), "SIGKILL");
  },
  mend: async ({ lab }) => {
    signal(keepers(lab, host), "SIGCONT");
    await sleep(3_000);
  },
});

const hanging = (name: string, host: LabHost, program: string, injures: Fault["injures"] = []): Fault => ({
  name,
  states: during,
  injures,
  never: early,
  inject: async ({ lab }) => signal(running(lab, host, program), "SIGSTOP"),
  mend: async ({ lab }) => {
    signal(running(lab, host, program), "SIGCONT");
    await sleep(2_000);
  },
});

const dying: Fault = {
  name: "dump-killed-half-way",
  states: ["backing-up"],
  async inject({ lab }) {
    for (let round = 0; round < 100; round++) {
      const dump = running(lab, "backup", "dump").filter(({ command }) => command.includes("simrs"));
      signal(dump, "SIGKILL");
      if (dump.length > 0) return;
      await sleep(20);
    }
  },
};

const restarted: Fault = {
  name: "database-killed-and-restarted",
  states: ["isolated", "backing-up", "verifying"],
  injures: ["clinical"],
  inject: async ({ lab }) => {
    signal(running(lab, "clinical", "mariadbd"), "SIGKILL");
    await sleep(5_000);
  },
};

const growing: Fault = {
  name: "share-growing-while-read",
  states: ["backing-up"],
  inject: async ({ lab }) =>
    void (await lab.sh(
      "administrative",
      `n=0; while [ $n -lt 60 ]; do n=$((n+1))
      head -c 262144 /dev/urandom >>/srv/office/tumbuh.bin; sleep 0.1; done`,
    )),
  mend: async ({ lab }) => void (await lab.sh("administrative", "rm -f /srv/office/tumbuh.bin")),
};

/** As fast as it can be read, until its disk is full: reading it would never end. */
const endless: Fault = {
  name: "share-growing-without-end",
  states: ["isolated", "backing-up"],
  inject: async ({ lab }) =>
    void (await lab.must(
      "administrative",
      `(n=0; while [ $n -lt 400 ]; do n=$((n+1)); head -c 1048576 /dev/urandom; sleep 0.05; done \
        >/srv/office/tumbuh.bin 2>/dev/null </dev/null & echo $! >/root/growing)`,
    )),
  mend: async ({ lab }) =>
    void (await lab.sh("administrative", "kill $(cat /root/growing); rm -f /srv/office/tumbuh.bin")),
};

/** The same files again and again, in place, with other content of the same size. */
const changing: Fault = {
  name: "share-changing-while-read",
  states: ["isolated", "backing-up", "verifying"],
  inject: async ({ lab }) =>
    void (await lab.sh(
      "administrative",
      `mkdir /srv/office/ubah; n=0; while [ $n -lt 40 ]; do n=$((n+1))
      for f in 1 2 3 4 5; do head -c 65536 /dev/urandom >/srv/office/ubah/$f; done; sleep 0.1; done`,
    )),
  mend: async ({ lab }) => void (await lab.sh("administrative", "rm -rf /srv/office/ubah")),
};

const unreadable: Fault = {
  name: "share-unreadable-half-way",
  states: ["isolated", "backing-up"],
  never: (state) => (state === "isolated" ? notOk() : []),
  inject: async ({ lab }) =>
    void (await lab.must(
      "administrative",
      `find /srv/office -type f | awk 'NR % 3 == 0' | tr '\\n' '\\0' >/root/blocked
      xargs -0 chmod 000 </root/blocked`,
    )),
  mend: async ({ lab }) => void (await lab.sh("administrative", "xargs -0 chmod 644 </root/blocked")),
};

export const sourceFaults = [
  gone("share-gone", "administrative", "smbd"),
  hanging("share-hanging", "administrative", "smbd"),
  gone("database-gone", "clinical", "mariadbd", ["clinical"]),
  hanging("database-hanging", "clinical", "mariadbd", ["clinical"]),
  dying,
  restarted,
  growing,
  endless,
  changing,
  unreadable,
] as const;
