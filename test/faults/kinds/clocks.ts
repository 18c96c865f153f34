/**
 * Wall clocks that jump. All lab hosts share the machine's clock, so it is moved where jeda reads it: `Date` in
 * every process of the runner, and `date` on the edge. The kernel's own clock (restic's, sshd's, the time-stamps of
 * files) stays; boot clocks never jump. The judge takes the journal's times as they are: they go on evenly.
 */
import type { EdgeHost, LabHost } from "../../../lab/hospital.ts";
import { type Fault, injectableStates } from "../fault.ts";
import { type FaultLab, signal } from "../fault-lab.ts";
import { runner, supervisor } from "./runner.ts";

const hours = 3_600_000;
/** Survives a reboot, as a wrong clock does. */
const shiftFile = "/root/clock-shift";

const shiftedDate = `import { readFileSync } from "node:fs";
const Real = Date, real = Date.now.bind(Date);
const shift = () => { try { return Number(readFileSync("${shiftFile}", "utf8")) || 0; } catch { return 0; } };
globalThis.Date = class Date extends Real {
  constructor(...words) { if (words.length === 0) super(real() + shift()); else super(...words); }
  static now() { return real() + shift(); }
};
`;

const nodeWrapper = `#!/bin/sh
exec /opt/jeda/node-real --import /root/shifted-date.mjs "$@"
`;

const dateWrapper = `#!/bin/sh
shift_ms=$(cat ${shiftFile} 2>/dev/null || echo 0)
case "$*" in
+%s%3N) echo $(($(/usr/bin/date-real +%s%3N) + shift_ms)) ;;
+%s) echo $((($(/usr/bin/date-real +%s%3N) + shift_ms) / 1000)) ;;
*) exec /usr/bin/date-real "$@" ;;
esac
`;

type Clock = "backup" | Extract<EdgeHost, "edge">;

async function wrap(lab: FaultLab, host: Clock): Promise<void> {
  await lab.must(host, `rm -f ${shiftFile}`);
  if (host === "backup") {
    await lab.must(host, "cat >/root/shifted-date.mjs", shiftedDate);
    await lab.must(
      host,
      "mv /opt/jeda/node /opt/jeda/node-real; cat >/opt/jeda/node; chmod 755 /opt/jeda/node",
      nodeWrapper,
    );
  } else {
    await lab.must(
      host,
      "mv /usr/bin/date /usr/bin/date-real; cat >/usr/bin/date; chmod 755 /usr/bin/date",
      dateWrapper,
    );
  }
}

async function unwrap(lab: FaultLab, host: Clock): Promise<void> {
  const program = host === "backup" ? "/opt/jeda/node" : "/usr/bin/date";
  await lab.must(host, `mv ${program}-real ${program}; rm -f ${shiftFile}`);
}

const move = async (lab: FaultLab, host: LabHost, ms: number): Promise<void> =>
  void (await lab.must(host, `echo ${ms} >${shiftFile}.new; mv ${shiftFile}.new ${shiftFile}`));

const jump = (host: Clock, name: string, ms: number): Fault => ({
  name: `${host}-clock-${name}`,
  states: injectableStates,
  prepare: (lab) => wrap(lab, host),
  inject: ({ lab }) => move(lab, host, ms),
  mend: ({ lab }) => unwrap(lab, host),
});

const jumpAndResume = (name: string, ms: number): Fault => ({
  ...jump("backup", `${name}-and-runner-killed`, ms),
  states: ["isolated", "backing-up", "verifying"],
  async inject({ lab }) {
    const alive = [...supervisor(lab), ...runner(lab)];
    signal(alive, "SIGSTOP");
    await move(lab, "backup", ms);
    signal(alive, "SIGCONT");
    signal(runner(lab), "SIGKILL");
  },
});

const differs: Fault = {
  name: "edge-clock-differs-from-the-start",
  states: ["preflight"],
  never: () => ["ok"],
  async prepare(lab) {
    await wrap(lab, "edge");
    await move(lab, "edge", -2 * hours);
  },
  inject: async () => {},
  mend: ({ lab }) => unwrap(lab, "edge"),
};

export const clockFaults = [
  jump("backup", "3h-ahead", 3 * hours),
  jump("backup", "3h-back", -3 * hours),
  jump("edge", "3h-ahead", 3 * hours),
  jump("edge", "3h-back", -3 * hours),
  jumpAndResume("3h-ahead", 3 * hours),
  jumpAndResume("3h-back", -3 * hours),
  differs,
] as const;
