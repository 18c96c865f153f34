/** Hosts that stay off past the deadline, and files that jeda needs which are gone in the middle of a window. */
import { setTimeout as sleep } from "node:timers/promises";
import { powerOff, powerOn } from "../../../lab/machines/power.ts";
import { type Fault, injectableStates, touched } from "../fault.ts";
import { signal } from "../fault-lab.ts";
import { runner, supervisor } from "./runner.ts";

const afterDeadlineMs = 3_000;

const off =
  (host: "backup" | "edge"): Fault["inject"] =>
  async ({ lab, deadline }) => {
    await powerOff(lab.id, host);
    await sleep(Math.max(0, deadline + afterDeadlineMs - Date.now()));
    await powerOn(lab.id, host);
  };

/** Nobody of ours is there at the deadline; whoever boots afterwards finds a window to end. */
const backupOff: Fault = {
  name: "backup-host-off-past-the-deadline",
  states: injectableStates,
  inject: off("backup"),
};

const edgeOff: Fault = {
  name: "edge-off-past-the-deadline",
  states: touched,
  injures: ["edge"],
  inject: off("edge"),
};

const installation: Fault = {
  name: "runner-installation-gone",
  states: ["isolated", "backing-up", "verifying"],
  inject: async ({ lab }) => void (await lab.must("backup", "mv /opt/jeda /root/installation")),
  mend: async ({ lab }) =>
    void (await lab.must("backup", "rm -rf /opt/jeda; mv /root/installation /opt/jeda")),
};

/** Nobody can start the runner again: the kernels end the window. */
const installationAndRunner: Fault = {
  ...installation,
  name: "runner-installation-gone-and-runner-killed",
  states: ["isolated", "verifying"],
  async inject(scene) {
    const { lab } = scene;
    await installation.inject(scene);
    signal([...supervisor(lab), ...runner(lab)], "SIGKILL");
  },
};

/** The edge's script, and the policy that its next boot would load. */
const edgeFiles: Fault = {
  name: "edge-files-gone",
  states: touched,
  inject: async ({ lab }) =>
    void (await lab.must(
      "edge",
      "mkdir /root/gone && mv /usr/local/lib/jeda /root/gone/lib && mv /etc/jeda /root/gone/etc",
    )),
  mend: async ({ lab }) =>
    void (await lab.must(
      "edge",
      `rm -rf /usr/local/lib/jeda /etc/jeda
      mv /root/gone/lib /usr/local/lib/jeda && mv /root/gone/etc /etc/jeda && rmdir /root/gone`,
    )),
};

const edgeRun: Fault = {
  name: "edge-run-files-gone",
  states: touched,
  inject: async ({ lab }) => void (await lab.must("edge", "rm -rf /run/jeda")),
};

export const absenceFaults = [
  backupOff,
  edgeOff,
  installation,
  installationAndRunner,
  edgeFiles,
  edgeRun,
] as const;
