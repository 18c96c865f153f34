/** The medical-record service failing, flapping and slow; those who ask it gone. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Fault, type InjectableState, injectableStates, touched } from "../fault.ts";
import { type FaultLab, running, signal, standStill } from "../fault-lab.ts";

const service = (lab: FaultLab) => running(lab, "clinical", "services/rekam-medis.ts");

const untilVerifying = (state: InjectableState) => (state === "reconnecting" ? [] : (["ok"] as const));

const failing: Fault = {
  name: "clinical-service-silent",
  states: injectableStates,
  injures: ["clinical"],
  never: untilVerifying,
  backWithinMs: 5_000,
  inject: async ({ lab }) => signal(service(lab), "SIGSTOP"),
  mend: async ({ lab }) => signal(service(lab), "SIGCONT"),
};

/** Down for less than its tolerance, again and again. */
const flapping: Fault = {
  name: "clinical-service-flapping",
  states: ["isolated", "backing-up", "verifying"],
  injures: ["clinical"],
  async inject({ lab }) {
    for (let round = 0; round < 6; round++) {
      signal(service(lab), "SIGKILL");
      await sleep(2_500);
    }
  },
};

const slow: Fault = {
  name: "clinical-service-slow",
  states: ["isolated", "backing-up", "verifying"],
  injures: ["clinical"],
  async inject({ lab }) {
    for (let round = 0; round < 8; round++) {
      await standStill(service(lab), 900);
      await sleep(300);
    }
  },
};

/** Nobody can be asked on the ward any more: that is not the service's failure. */
const blind: Fault = {
  name: "ward-prober-killed",
  states: touched,
  inject: ({ lab }) => standStill(running(lab, "ward", "sshd"), 10_000),
};

export const clinicalFaults = [failing, flapping, slow, blind] as const;
