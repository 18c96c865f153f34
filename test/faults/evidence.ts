/** What is looked at when a window is over: the kernel's sets, packets, the database, the repository. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { labCredentials } from "../../lab/access/credentials.ts";
import { addresses, type EdgeHost } from "../../lab/hospital.ts";
import { diskDir } from "../../lab/state.ts";
import type { FaultLab } from "./fault-lab.ts";

/** Elements of the lease sets in the edges' kernels; a table that is gone holds none. */
export async function leases(lab: FaultLab): Promise<readonly string[]> {
  return (await Promise.all(lab.edgeHosts.map((edge) => leasesOf(lab, edge)))).flat();
}

async function leasesOf(lab: FaultLab, edge: EdgeHost): Promise<readonly string[]> {
  const { exitCode, stdout } = await lab.sh(edge, "nft -j list table inet jeda_window");
  if (exitCode !== 0) return [];
  const { nftables } = JSON.parse(stdout) as {
    nftables: { set?: { name: string; elem?: { elem?: { val: unknown } }[] } }[];
  };
  return nftables.flatMap(({ set }) =>
    (set?.elem ?? []).map(({ elem }) => `${edge}: ${set?.name} ${JSON.stringify(elem?.val)}`),
  );
}

/** What reaches the backup host from outside of its control path, by SSH or ping in both families. */
export async function reachesBackup(lab: FaultLab): Promise<readonly string[]> {
  const { v4, v6 } = addresses("backup");
  const from = ["ward", "office", "administrative", "guest", "internet", "clinical"] as const;
  const tries = from.flatMap((host) =>
    [v4, v6].flatMap((address) => [
      {
        what: `tcp ${address} from ${host}`,
        host,
        argv: ["timeout", "2", "bash", "--norc", "-c", `</dev/tcp/${address}/22`],
      },
      {
        what: `ping ${address} from ${host}`,
        host,
        argv: ["ping", "-c", "2", "-i", "0.3", "-W", "1", address],
      },
    ]),
  );
  const codes = await Promise.all(tries.map(({ host, argv }) => lab.inNetwork(host, argv)));
  return tries.flatMap(({ what }, index) => (codes[index] === 0 ? [what] : []));
}

/** Entries that the ward was told are stored, and that the database does not have. */
export async function lostRecords(lab: FaultLab): Promise<readonly string[]> {
  const file = join(diskDir(lab.id, "ward"), "upper/var/lib/lab/acknowledged");
  const acknowledged = readFileSync(file, "utf8").split("\n").slice(0, -1);
  const query = "mariadb --defaults-file=/etc/lab/rekam-medis.cnf --batch --skip-column-names simrs";
  const stored = new Set((await lab.must("clinical", query, "SELECT id FROM entri;")).split("\n"));
  return acknowledged.filter((id) => !stored.has(id));
}

/** Why this snapshot does not restore with plain restic, or null when it does. */
export async function unrestorable(lab: FaultLab, snapshot: string): Promise<string | null> {
  const script = `export RESTIC_PASSWORD; read -r RESTIC_PASSWORD
    rm -rf /tmp/restored
    restic --no-cache --no-lock -q -r /srv/jeda/repository restore ${snapshot} --target /tmp/restored || exit 1
    [ -n "$(find /tmp/restored -type f | head -1)" ] || { echo "nothing was restored"; exit 1; }
    for dump in $(find /tmp/restored -name '*.sql'); do
      tail -n 1 "$dump" | grep -q '^-- jeda proof end ' || { echo "$dump ends without its proof"; exit 1; }
      grep -v '^-- jeda proof ' "$dump" | tail -c 200 | grep -q 'Dump completed' || { echo "$dump is not whole"; exit 1; }
    done
    rm -rf /tmp/restored`;
  const { exitCode, all } = await lab.sh("backup", script, `${labCredentials.repository.password}\n`);
  return exitCode === 0 ? null : `${snapshot.slice(0, 8)}: ${all.split("\n").slice(-3).join("; ")}`;
}
