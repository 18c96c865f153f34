/** A hospital with two edges: all of them hold the lease, or none. The second one carries the guests. */
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { segments } from "../../../lab/hospital.ts";
import { namespaceName } from "../../../lab/machines/namespaces.ts";
import { rebootHost } from "../../../lab/machines/power.ts";
import { type Fault, injectableStates } from "../fault.ts";
import type { FaultLab } from "../fault-lab.ts";

const twoEdges = { edges: 2 } as const;
const heartbeatMs = 15_000;

/** Frames between the backup host and the second edge vanish at the switch. */
async function cable(lab: FaultLab, ...words: readonly string[]): Promise<void> {
  await execa("ip", ["-n", namespaceName(lab.id, "switch"), "link", "set", "edge2-vault0", ...words]);
}
const pull = (lab: FaultLab) => cable(lab, "nomaster");
const plug = (lab: FaultLab) => cable(lab, "master", segments.vault.bridge);

const silent: Fault = {
  ...twoEdges,
  name: "second-edge-silent",
  states: injectableStates,
  never: (state) => (state === "reconnecting" ? [] : ["ok"]),
  inject: ({ lab }) => pull(lab),
  mend: ({ lab }) => plug(lab),
};

const silentForAWhile: Fault = {
  ...twoEdges,
  name: "second-edge-silent-10s",
  states: injectableStates,
  async inject({ lab }) {
    await pull(lab);
    await sleep(10_000);
    await plug(lab);
  },
};

const rebooted: Fault = {
  ...twoEdges,
  name: "second-edge-rebooted",
  states: injectableStates,
  injures: ["edge2"],
  inject: ({ lab }) => rebootHost(lab.id, "edge2"),
};

/** The first lease of a window is its isolation, the second opens the vault. */
const refusing = (name: string, verb: "lease" | "renew", from: number, more: Partial<Fault> = {}): Fault => ({
  ...twoEdges,
  name,
  states: ["preflight"],
  never: () => ["ok"],
  async prepare(lab) {
    const wrapper = `#!/bin/sh
case $SSH_ORIGINAL_COMMAND in
jeda-*" ${verb} "*)
  echo >>/run/asked
  [ "$(wc -l </run/asked)" -lt ${from} ] || { echo '{"ok":false,"code":"nft","message":"out of memory"}'; exit 3; } ;;
esac
exec /usr/local/lib/jeda/real "$@"
`;
    const script = `rm -f /run/asked; mv /usr/local/lib/jeda/edge /usr/local/lib/jeda/real
      cat >/usr/local/lib/jeda/edge; chmod 755 /usr/local/lib/jeda/edge`;
    await lab.must("edge2", script, wrapper);
  },
  inject: async () => {},
  mend: async ({ lab }) =>
    void (await lab.must("edge2", "mv /usr/local/lib/jeda/real /usr/local/lib/jeda/edge")),
  ...more,
});

const beating: Pick<Fault, "plan" | "apartMs"> = {
  plan: (usual) => ({ ...usual, lease: "heartbeat", heartbeatMs }),
  apartMs: 8_000,
};

const silentUnderHeartbeat: Fault = {
  ...twoEdges,
  ...beating,
  name: "second-edge-silent-under-a-heartbeat",
  states: ["isolated", "backing-up"],
  never: () => ["ok"],
  inject: ({ lab }) => pull(lab),
  mend: ({ lab }) => plug(lab),
};

export const twoEdgesFaults = [
  silent,
  silentForAWhile,
  rebooted,
  refusing("second-edge-refuses-the-lease", "lease", 1),
  refusing("second-edge-refuses-the-vault", "lease", 2),
  refusing("second-edge-refuses-a-renewal", "renew", 1, beating),
  silentUnderHeartbeat,
] as const;
