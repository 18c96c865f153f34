/** Faults of the edge, of its ruleset, and of the way to it. */
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { segments } from "../../../lab/hospital.ts";
import { namespaceName } from "../../../lab/machines/namespaces.ts";
import { rebootHost } from "../../../lab/machines/power.ts";
import { type Fault, injectableStates, notOk, type Scene, touched } from "../fault.ts";
import { type FaultLab, running, signal, standStill } from "../fault-lab.ts";

const sshdKilled: Fault = {
  name: "edge-sshd-killed",
  states: injectableStates,
  inject: async ({ lab }) => signal(running(lab, "edge", "sshd"), "SIGKILL"),
};

const frozen = (seconds: number): Fault => ({
  name: `edge-ssh-frozen-${seconds}s`,
  states: injectableStates,
  inject: ({ lab }) => standStill(running(lab, "edge", "sshd"), seconds * 1000),
});

/** Frames between the backup host and the edge vanish at the switch; nobody's link goes down. */
async function cable(lab: FaultLab, ...words: readonly string[]): Promise<void> {
  await execa("ip", ["-n", namespaceName(lab.id, "switch"), "link", "set", "edge-vault0", ...words]);
}
const pull = (lab: FaultLab) => cable(lab, "nomaster");
const plug = (lab: FaultLab) => cable(lab, "master", segments.vault.bridge);

const cut: Fault = {
  name: "edge-path-cut-10s",
  states: injectableStates,
  async inject({ lab }) {
    await pull(lab);
    await sleep(10_000);
    await plug(lab);
  },
};

const cutForGood: Fault = {
  name: "edge-path-cut-for-good",
  states: injectableStates,
  never: notOk,
  inject: ({ lab }) => pull(lab),
  mend: ({ lab }) => plug(lab),
};

/** Whether the isolation was to be, or to go on, when the fault took it away. */
const lapsed: NonNullable<Fault["never"]> = (state) =>
  ["isolated", "backing-up"].includes(state) ? ["ok"] : [];

const rebooted: Fault = {
  name: "edge-rebooted",
  states: injectableStates,
  injures: ["edge"],
  inject: ({ lab }) => rebootHost(lab.id, "edge"),
};

const flushed: Fault = {
  name: "edge-ruleset-flushed",
  states: injectableStates,
  never: lapsed,
  inject: async ({ lab }) => void (await lab.must("edge", "nft flush ruleset")),
  mend: ({ lab }) => lab.install(),
};

/** What `systemctl reload nftables` does with Debian's own file. */
const serviceReloaded: Fault = {
  name: "edge-nftables-service-reloaded",
  states: injectableStates,
  never: lapsed,
  inject: async ({ lab }) =>
    void (await lab.must(
      "edge",
      `printf '%s\n' 'flush ruleset' 'table inet filter {' 'chain forward {' \
        'type filter hook forward priority filter' '}' '}' >/root/nftables.conf
      nft -f /root/nftables.conf`,
    )),
  async mend({ lab }) {
    await lab.must("edge", "nft delete table inet filter");
    await lab.install();
  },
};

const crowded: Fault = {
  name: "edge-process-table-full",
  states: ["isolating", "backing-up", "reconnecting"],
  async inject({ lab }) {
    await lab.sh(
      "edge",
      `echo 301 >/proc/sys/kernel/pid_max
      n=0; while [ $n -lt 400 ] && sleep 12 & do n=$((n+1)); done 2>/dev/null; :`,
    );
    await sleep(10_000);
  },
  mend: async ({ lab }) => void (await lab.sh("edge", "echo 4194304 >/proc/sys/kernel/pid_max")),
};

const released: Fault = {
  name: "edge-leases-flushed-by-hand",
  states: ["isolated", "backing-up", "verifying"],
  inject: async ({ lab }) =>
    void (await lab.must(
      "edge",
      "for s in isolated_if isolated_v4 isolated_v6; do nft flush set inet jeda_window $s; done",
    )),
};

const edited: Fault = {
  name: "edge-rule-edited",
  states: touched,
  inject: async ({ lab }) =>
    void (await lab.must(
      "edge",
      "c=$(nft list table inet jeda | awk '/chain/ {print $2; exit}'); nft add rule inet jeda $c counter",
    )),
  mend: ({ lab }) => lab.install(),
};

/** A ruleset that was saved in the middle of the window, with its leases in it, is loaded at once after the end. */
const reloaded: Fault = {
  name: "edge-ruleset-saved-and-loaded",
  states: ["isolated", "verifying"],
  async inject({ lab, untilEnded, deadline }: Scene) {
    await lab.must("edge", "{ echo flush ruleset; nft list ruleset; } >/root/saved.nft");
    await untilEnded(deadline);
    await lab.must("edge", "nft -f /root/saved.nft");
    await sleep(Math.max(0, deadline + 500 - Date.now()));
  },
  mend: ({ lab }) => lab.install(),
};

export const edgeFaults = [
  sshdKilled,
  frozen(12),
  frozen(30),
  cut,
  cutForGood,
  rebooted,
  flushed,
  serviceReloaded,
  crowded,
  released,
  edited,
  reloaded,
] as const;
