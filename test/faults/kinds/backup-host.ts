/** Faults of the backup host: power, disk, repository, credentials, names, process table. */
import { setTimeout as sleep } from "node:timers/promises";
import { labCredentials } from "../../../lab/access/credentials.ts";
import { rebootHost } from "../../../lab/machines/power.ts";
import { type Fault, type InjectableState, injectableStates, notOk, touched } from "../fault.ts";
import { signal } from "../fault-lab.ts";

const repository = "/srv/jeda/repository";
const before = (last: InjectableState) => (state: InjectableState) =>
  injectableStates.indexOf(state) <= injectableStates.indexOf(last) ? (["ok"] as const) : [];

const rebooted: Fault = {
  name: "backup-host-rebooted",
  states: injectableStates,
  inject: ({ lab }) => rebootHost(lab.id, "backup"),
};

/** The journal and the repository lie on the same disk. */
const full: Fault = {
  name: "backup-disk-full",
  states: injectableStates,
  never: before("isolated"),
  inject: async ({ lab }) => void (await lab.sh("backup", "dd if=/dev/zero of=/srv/full bs=1M 2>/dev/null")),
  mend: async ({ lab }) => void (await lab.must("backup", "rm -f /srv/full")),
};

/**
 * The repository gets a disk of its own (the runner's mounts are the host's), so that either can be full alone.
 * `settle` puts it back where it was.
 */
const ownDisk = (megabytes: number) => `mkdir -p /srv/own && mount -t tmpfs -o size=${megabytes}m own /srv/own
  cp -a /srv/jeda/. /srv/own/ && mount --move /srv/own /srv/jeda`;
const settle = `rm -rf /srv/kept && cp -a /srv/jeda /srv/kept && umount /srv/jeda
  rm -rf /srv/jeda/* && cp -a /srv/kept/. /srv/jeda/ && rm -rf /srv/kept`;

const journalFull: Fault = {
  name: "journal-disk-full",
  states: injectableStates,
  prepare: async (lab) => void (await lab.must("backup", ownDisk(300))),
  inject: async ({ lab }) => void (await lab.sh("backup", "dd if=/dev/zero of=/srv/full bs=1M 2>/dev/null")),
  mend: async ({ lab }) => void (await lab.must("backup", `rm -f /srv/full; ${settle}`)),
};

const repositoryFull: Fault = {
  name: "repository-disk-full",
  states: ["preflight", "isolated", "backing-up", "verifying"],
  never: before("isolated"),
  prepare: async (lab) => void (await lab.must("backup", ownDisk(300))),
  inject: async ({ lab }) =>
    void (await lab.sh("backup", "dd if=/dev/zero of=/srv/jeda/full bs=1M 2>/dev/null")),
  mend: async ({ lab }) => void (await lab.must("backup", `rm -f /srv/jeda/full; ${settle}`)),
};

/** Debian's own /etc/nftables.conf begins with `flush ruleset`. */
const reloaded: Fault = {
  name: "backup-nftables-service-reloaded",
  states: ["isolated", "backing-up", "verifying"],
  inject: async ({ lab }) =>
    void (await lab.must("backup", "echo 'flush ruleset' >/root/nftables.conf; nft -f /root/nftables.conf")),
  mend: ({ lab }) => lab.install(),
};

const password = labCredentials.repository.password;

/** A restic of somebody else's that holds the whole repository, and does not go on. */
const locked: Fault = {
  name: "repository-locked",
  states: ["preflight", "isolated", "backing-up", "verifying"],
  async inject({ lab }) {
    const script = `export RESTIC_PASSWORD; read -r RESTIC_PASSWORD
      restic --no-cache -q -r ${repository} check --read-data >/dev/null 2>&1 & p=$!
      n=0; until [ -n "$(ls ${repository}/locks)" ] || [ $n -gt 200 ]; do sleep 0.02; n=$((n+1)); done
      kill -STOP $p; echo $p >/root/locker`;
    await lab.must("backup", script, `${password}\n`);
  },
  mend: async ({ lab }) =>
    void (await lab.must("backup", `kill -KILL $(cat /root/locker) || :; rm -f ${repository}/locks/*`)),
};

/** It is started again, and restic repeats what it was doing. */
const serverKilled: Fault = {
  name: "repository-server-killed",
  states: ["preflight", "isolated", "backing-up", "verifying"],
  inject: async ({ lab }) =>
    signal(
      lab.processes("backup").filter(({ command }) => command.startsWith("rest-server ")),
      "SIGKILL",
    ),
};

const spoilPassword = `cp -p /etc/jeda/credentials.json /root/credentials
  sed -i 's/${password}/wrong/' /etc/jeda/credentials.json`;
const mendPassword: NonNullable<Fault["mend"]> = async ({ lab }) =>
  void (await lab.must("backup", "cp -p /root/credentials /etc/jeda/credentials.json"));

const wrongPassword: Fault = {
  name: "repository-password-wrong",
  states: ["preflight"],
  never: notOk,
  prepare: async (lab) => void (await lab.must("backup", spoilPassword)),
  inject: async () => {},
  mend: mendPassword,
};

/** The runner has read its credentials by then: a window under way does not change. */
const changedPassword: Fault = {
  name: "credentials-changed-mid-window",
  states: ["isolated", "backing-up", "verifying"],
  inject: async ({ lab }) => void (await lab.must("backup", spoilPassword)),
  mend: mendPassword,
};

/** The middle of every pack that is there is overwritten; who reads one must notice. What is saved later is sound. */
const corrupted: Fault = {
  name: "repository-packs-corrupted",
  states: ["backing-up", "verifying"],
  never: (state) => (state === "verifying" ? ["ok"] : []),
  async inject({ lab }) {
    await lab.must(
      "backup",
      `cp -a ${repository} /srv/sound
      cd /srv/sound
      for f in $(find data -type f -size +1k); do
        f=${repository}/$f; chmod u+w "$f"; size=$(stat -c %s "$f")
        head -c 600 /dev/urandom | dd of="$f" bs=1 seek=$((size / 3)) conv=notrunc 2>/dev/null
      done`,
    );
  },
  mend: async ({ lab }) =>
    void (await lab.must("backup", `cp -a /srv/sound/data/. ${repository}/data/; rm -rf /srv/sound`)),
};

const nameless: Fault = {
  name: "backup-names-gone",
  states: injectableStates,
  inject: async ({ lab }) => void (await lab.must("backup", "cp /etc/hosts /root/hosts; : >/etc/hosts")),
  mend: async ({ lab }) => void (await lab.must("backup", "cp /root/hosts /etc/hosts")),
};

/** The limit belongs to the host's own PID namespace (Linux 6.14 and later); nobody else has less. */
const crowded: Fault = {
  name: "backup-process-table-full",
  states: touched,
  async inject({ lab }) {
    await lab.sh(
      "backup",
      `own=$(readlink /proc/self/ns/pid); echo 301 >/proc/sys/kernel/pid_max
      n=0; while [ $n -lt 400 ] && sleep 15 & do n=$((n+1)); done 2>/dev/null; :`,
    );
    await sleep(12_000);
  },
  mend: async ({ lab }) => void (await lab.sh("backup", "echo 4194304 >/proc/sys/kernel/pid_max")),
};

const runbook: Fault = {
  name: "runbook-changed-mid-window",
  states: ["isolated", "verifying"],
  inject: async ({ lab }) =>
    void (await lab.must(
      "backup",
      "cp -p /opt/jeda/runbook /root/runbook; echo 'steps: [preflight]' >/opt/jeda/runbook",
    )),
  mend: async ({ lab }) => void (await lab.must("backup", "cp -p /root/runbook /opt/jeda/runbook")),
};

export const backupHostFaults = [
  rebooted,
  full,
  journalFull,
  repositoryFull,
  reloaded,
  locked,
  serverKilled,
  wrongPassword,
  changedPassword,
  corrupted,
  nameless,
  crowded,
  runbook,
] as const;
