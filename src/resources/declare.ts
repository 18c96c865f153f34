/** Declares a whole hospital: its parts as components, what is installed on hosts as resources, and the window. */
import * as pulumi from "@pulumi/pulumi";
import { compileHostTable } from "../firewall/tables/host-table.ts";
import { minimalEdge, minimalHost } from "../firewall/tables/minimal-table.ts";
import { compilePolicyTable } from "../firewall/tables/policy-table.ts";
import { renderTable } from "../firewall/tables/table.ts";
import { compileWindowTable } from "../firewall/tables/window-table.ts";
import { canonicalJson } from "../model/canonical-json.ts";
import type { Credentials, Edge, Hospital } from "../model/hospital.ts";
import type { WindowPlan } from "../model/plan.ts";
import { probeLabel, segmentLabel, sourceLabel } from "../schedule/label.ts";
import type { Described } from "../site-rules/declared-flows.ts";
import { Repository, Runner } from "./backup-host.ts";
import { Part, placed, type Shown } from "./components.ts";
import { EdgeFirewall, EdgeScript, HostFirewall, type ServiceProbeArgs } from "./firewall.ts";
import { type DeclaredWindow, declareWindow } from "./window.ts";

export interface DeclaredHospital {
  readonly window: DeclaredWindow;
  /** By which the backup host signs its windows. */
  readonly promotionKey: pulumi.Output<string | undefined>;
}

/**
 * Siblings are declared one after another, so that the preview reads the same each time. `credentials` must be
 * secret; it reaches two secret inputs and nothing else.
 */
export async function declareHospital(
  hospital: Hospital,
  plan: WindowPlan,
  credentials: pulumi.Output<Credentials>,
): Promise<DeclaredHospital> {
  const root = new Part("Hospital", hospital.name, { zone: hospital.zone });
  await placed(root);
  const part = async (
    kind: "Segment" | "Service" | "Source" | "Edge" | "BackupHost",
    name: string,
    shown: Shown,
  ) => {
    const made = new Part(kind, name, shown, { parent: root });
    await placed(made);
    return made;
  };

  for (const { name, role, interfaces, cidrs } of hospital.segments) {
    await part("Segment", name, { role, interfaces, cidrs, window: segmentLabel(plan, name) });
  }
  for (const { name, at, users, probe } of hospital.services) {
    await part("Service", name, { at, users, probe: probeLabel(probe) });
  }
  for (const source of hospital.sources) {
    await part("Source", source.name, {
      from: source.segment,
      what: sourceLabel(source),
      order: source.order,
    });
  }

  const hosts: pulumi.Resource[] = [];
  for (const edge of hospital.edges) {
    const uplinks = edge.uplinks.map((uplink) => `${uplink.name} on ${uplink.interface}`);
    const parent = await part("Edge", edge.name, { uplinks });
    hosts.push(...(await declareEdge(hospital, edge, parent)));
  }
  const { backupHost } = hospital;
  const parent = await part("BackupHost", backupHost.name, {
    addresses: backupHost.addresses,
    controlFrom: backupHost.controlFrom,
  });
  const installed = await declareBackupHost(hospital, plan, credentials, parent);

  const window = await declareWindow(plan, {
    parent: root,
    dependsOn: [...hosts, ...installed.all],
    follow: hospital.window.follow ?? "follow",
  });
  return { window, promotionKey: installed.promotionKey };
}

/** Every service from every segment its users sit in, where there is somebody to ask. */
export function serviceProbes(hospital: Hospital): readonly ServiceProbeArgs[] {
  return hospital.services.flatMap((service) =>
    hospital.segments.flatMap(({ name, probePoint }) =>
      probePoint !== undefined && service.users.includes(name)
        ? [
            {
              service: service.name,
              from: name,
              via: probePoint,
              target: service.probe.target,
              whenUnknown: service.whenUnknown,
            },
          ]
        : [],
    ),
  );
}

/** What the edge's own tables are judged by, plain as an input has to be. */
function described({ segments, backupHost, sources, services }: Hospital, { uplinks }: Edge): Described {
  const { name, addresses, controlFrom } = backupHost;
  return { segments, uplinks, backupHost: { name, addresses, controlFrom }, sources, services };
}

async function declareEdge(
  hospital: Hospital,
  edge: Edge,
  parent: pulumi.Resource,
): Promise<pulumi.Resource[]> {
  const script = new EdgeScript(edge.name, { edge: edge.name, ssh: edge.ssh }, { parent });
  await placed(script);
  const firewall = new EdgeFirewall(
    edge.name,
    {
      edge: edge.name,
      ssh: edge.ssh,
      tables: {
        jeda: renderTable(compilePolicyTable(hospital, edge)),
        jeda_window: renderTable(compileWindowTable(hospital, edge)),
      },
      minimal: minimalEdge(hospital),
      probes: serviceProbes(hospital),
      segments: Object.fromEntries(
        hospital.segments.map(({ name, interfaces, cidrs }) => [name, [...interfaces, ...cidrs]]),
      ),
      uplinks: edge.uplinks.map((uplink) => uplink.interface),
      described: described(hospital, edge),
      zone: hospital.zone,
      windowHost: hospital.backupHost.ssh,
      ...(hospital.backupHost.sshRead === undefined ? {} : { windowHostRead: hospital.backupHost.sshRead }),
      ...(edge.knownTables === undefined ? {} : { knownTables: edge.knownTables }),
    },
    { parent, dependsOn: [script] },
  );
  await placed(firewall);
  return [script, firewall];
}

async function declareBackupHost(
  hospital: Hospital,
  plan: WindowPlan,
  credentials: pulumi.Output<Credentials>,
  parent: pulumi.Resource,
): Promise<{
  readonly all: readonly pulumi.Resource[];
  readonly promotionKey: pulumi.Output<string | undefined>;
}> {
  const { name, ssh: root, sshRead, repository, knownTables } = hospital.backupHost;
  const reach = { ssh: root, ...(sshRead === undefined ? {} : { read: sshRead }) };
  const firewall = new HostFirewall(
    name,
    {
      host: name,
      ...reach,
      table: renderTable(compileHostTable(hospital)),
      minimal: minimalHost(hospital),
      ...(knownTables === undefined ? {} : { knownTables }),
    },
    { parent },
  );
  await placed(firewall);
  const all = pulumi.secret(credentials);
  // First, so that a password that does not open it stops the run before the runner is given it.
  const kept = new Repository(
    name,
    {
      ...reach,
      path: repository.path,
      password: all.apply((map) => map[repository.credentials]?.password ?? ""),
    },
    { parent },
  );
  await placed(kept);
  const runner = new Runner(
    name,
    { ...reach, runbook: canonicalJson(plan.runbook), credentials: all.apply((map) => canonicalJson(map)) },
    { parent },
  );
  await placed(runner);
  return { all: [firewall, runner, kept], promotionKey: runner.promotionKey };
}
