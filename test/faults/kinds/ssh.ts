/** Every single command to the edge stalls for half a minute: before it is carried out, or before it answers. */
import type { Fault } from "../fault.ts";

const verbs = ["clock", "list", "lease", "release"] as const;

const stalled = (verb: (typeof verbs)[number], when: "before" | "after"): Fault => ({
  name: `edge-${verb}-frozen-30s-${when}`,
  states: ["preflight"],
  reconnectByMs: 80_000,
  async prepare(lab) {
    const [first, last] = when === "before" ? ["sleep 30", ":"] : [":", "sleep 30"];
    const wrapper = `#!/bin/sh
real() { /usr/local/lib/jeda/real "$@"; }
case "$1 $SSH_ORIGINAL_COMMAND" in
"window jeda-"*" ${verb}"*) cat >/tmp/stdin.$$; ${first}; real "$@" </tmp/stdin.$$ >/tmp/out.$$; status=$?; ${last}; cat /tmp/out.$$; rm -f /tmp/stdin.$$ /tmp/out.$$; exit $status ;;
*) real "$@" ;;
esac
`;
    const script = `mv /usr/local/lib/jeda/edge /usr/local/lib/jeda/real
      cat >/usr/local/lib/jeda/edge; chmod 755 /usr/local/lib/jeda/edge`;
    await lab.must("edge", script, wrapper);
  },
  inject: async () => {},
  mend: async ({ lab }) =>
    void (await lab.must("edge", "mv /usr/local/lib/jeda/real /usr/local/lib/jeda/edge")),
});

export const sshFaults = verbs.flatMap((verb) => [stalled(verb, "before"), stalled(verb, "after")]);
