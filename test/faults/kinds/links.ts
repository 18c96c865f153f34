/** The backup host's cable, a bad line to the edge, and an edge that has become somebody else. */
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { namespaceName, namespacePath } from "../../../lab/machines/namespaces.ts";
import { type Fault, injectableStates, touched } from "../fault.ts";
import { type FaultLab, running, signal } from "../fault-lab.ts";

/** The switch's port: the host sees no carrier any more. */
async function port(lab: FaultLab, state: "up" | "down"): Promise<void> {
  await execa("ip", ["-n", namespaceName(lab.id, "switch"), "link", "set", "backup", state]);
}

const unplugged: Fault = {
  name: "backup-link-down-10s",
  states: injectableStates,
  async inject({ lab }) {
    await port(lab, "down");
    await sleep(10_000);
    await port(lab, "up");
  },
};

const unpluggedForGood: Fault = {
  name: "backup-link-down",
  states: ["isolating", "backing-up", "reconnecting"],
  never: (state) => (state === "reconnecting" ? [] : ["ok"]),
  inject: ({ lab }) => port(lab, "down"),
  mend: ({ lab }) => port(lab, "up"),
};

/** A third of the packets from the edge to the backup host, and of those back, vanish. */
const lossy: Fault = {
  name: "edge-path-lossy",
  states: injectableStates,
  async inject({ lab }) {
    const inSwitch = [`--net=${namespacePath(lab.id, "switch")}`, "--", "nft"];
    const rules = ["edge-vault0", "backup"]
      .map(
        (
          name,
          index,
        ) => `add chain netdev lossy c${index} { type filter hook ingress device "${name}" priority 0; }
      add rule netdev lossy c${index} numgen random mod 100 < 33 drop`,
      )
      .join("\n");
    await execa("nsenter", [...inSwitch, "-f", "-"], { input: `add table netdev lossy\n${rules}\n` });
    await sleep(20_000);
    await execa("nsenter", [...inSwitch, "delete", "table", "netdev", "lossy"]);
  },
};

/** Whoever answers under the edge's address now has another key: nobody may believe it. */
const stranger: Fault = {
  name: "edge-host-key-changed",
  states: ["isolating", "isolated", "backing-up", "reconnecting"],
  async inject({ lab }) {
    await lab.must(
      "edge",
      `mkdir /root/keys && cp -p /etc/ssh/ssh_host_* /root/keys/
      rm -f /etc/ssh/ssh_host_*; ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key`,
    );
    signal(running(lab, "edge", "sshd"), "SIGKILL");
  },
  async mend({ lab }) {
    await lab.must("edge", "rm -f /etc/ssh/ssh_host_*; mv /root/keys/* /etc/ssh/ && rmdir /root/keys");
    signal(running(lab, "edge", "sshd"), "SIGKILL");
    await sleep(2_000);
  },
};

/** Longer than its service may be unanswered; nobody knows then how the service is. */
const wardOff: Fault = {
  name: "ward-unreachable",
  states: touched,
  inject: async ({ lab }) => signal(running(lab, "ward", "sshd"), "SIGSTOP"),
  mend: async ({ lab }) => signal(running(lab, "ward", "sshd"), "SIGCONT"),
};

export const linkFaults = [unplugged, unpluggedForGood, lossy, stranger, wardOff] as const;
