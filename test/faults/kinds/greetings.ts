/** In the middle of a window every host where jeda logs in begins to print around each answer: nothing may come of it. */
import type { LabHost } from "../../../lab/hospital.ts";
import { type Fault, injectableStates } from "../fault.ts";

const hosts = ["edge", "backup", "ward", "office", "guest"] as const satisfies readonly LabHost[];
const greeting = `echo SELAMAT DATANG
printf 'half a line' | tee /dev/stderr
trap 'echo SAMPAI JUMPA; echo bye >&2' EXIT
`;
const homes = "for home in /root /home/probe; do [ -d $home ] || continue";

const greeted: Fault = {
  name: "greeting-at-every-login",
  states: injectableStates,
  never: () => ["partial", "failed", "aborted", "skipped"],
  inject: async ({ lab }) => {
    const script = `cat >/run/greeting; chmod 644 /run/greeting
      ${homes}; [ ! -e $home/.bashrc ] || cp -p $home/.bashrc $home/.bashrc-kept; cp -p /run/greeting $home/.bashrc; done`;
    for (const host of hosts) await lab.must(host, script, greeting);
  },
  mend: async ({ lab }) => {
    const script = `${homes}; rm $home/.bashrc; [ ! -e $home/.bashrc-kept ] || mv $home/.bashrc-kept $home/.bashrc; done`;
    for (const host of hosts) await lab.must(host, script);
  },
};

export const greetingFaults = [greeted] as const;
