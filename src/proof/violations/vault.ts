/** The backup host: out of everybody's reach but for the control path, and in reach of its sources when open. */
import { literalHost } from "../../network/host-address.ts";
import { named } from "../named.ts";
import { overlapping } from "../overlapping.ts";
import type { Finding, FlowLine } from "../proof-types.ts";
import { familiesOf, segmentOf, segmentsTouching, type Terrain, targetsOf } from "../topology.ts";

export function vaultBreaches(ground: Terrain, flows: readonly FlowLine[]): readonly Finding[] {
  return [
    ...openFlows(flows),
    ...outsideVault(ground),
    ...sharedVault(ground),
    ...controlFromElsewhere(ground),
    ...unreachableSources(ground, flows),
    ...brokenControl(flows),
  ];
}

function openFlows(flows: readonly FlowLine[]): readonly Finding[] {
  return flows
    .filter((flow) => flow.kind === "any-backup")
    .filter((flow) => Object.values(flow.phases).some((verdict) => verdict.flow === "open"))
    .map((flow) => exposed(`${named(flow.from)} → ${named(flow.to)} is open by ${flow.family}`));
}

function outsideVault(ground: Terrain): readonly Finding[] {
  const { backupHost } = ground.hospital;
  return backupHost.addresses.flatMap((address) => {
    const home = segmentOf(address, ground);
    if (home?.role === "vault") return [];
    const where = home === undefined ? "in no described segment" : `in ${home.name}, which is ${home.role}`;
    return [exposed(`${backupHost.name} has address ${address} ${where}: only a vault segment can be shut`)];
  });
}

/** A wire or a prefix that the vault shares with others can't be shut for them alone. */
function sharedVault(ground: Terrain): readonly Finding[] {
  const vaults = [...ground.segments.values()].filter((segment) => segment.role === "vault");
  return vaults.flatMap((vault) => {
    return [
      ...vault.interfaces.flatMap((name) =>
        (ground.byInterface.get(name) ?? [])
          .filter((other) => other !== vault)
          .map((other) => exposed(`${vault.name} and ${other.name} share interface ${name}`)),
      ),
      ...[...ground.uplinks].flatMap(([name, ways]) =>
        [...new Set(ways.map((way) => way.interface))]
          .filter((shared) => vault.interfaces.includes(shared))
          .map((shared) => exposed(`${vault.name} and uplink ${name} share interface ${shared}`)),
      ),
      ...overlapping(ground, vault).map(({ mine, theirs, other }) =>
        exposed(`${mine} of ${vault.name} overlaps ${theirs} of ${other.name}`),
      ),
      ...[...ground.uplinks].flatMap(([name, ways]) =>
        targetsOf(ways)
          .map((target) => ({ target, host: literalHost(target) }))
          .filter(({ host }) => host !== null && segmentsTouching(host, ground).includes(vault))
          .map(({ target }) => exposed(`${target}, beyond uplink ${name}, lies inside ${vault.name}`)),
      ),
      ...(vault.interfaces.length === 0 ? [exposed(`${vault.name} names no interface of the edge`)] : []),
    ];
  });
}

function controlFromElsewhere(ground: Terrain): readonly Finding[] {
  return ground.hospital.backupHost.controlFrom.flatMap((address) => {
    const touched = segmentsTouching(address, ground);
    const home = segmentOf(address, ground);
    if (home?.role === "management" && touched.length === 1) return [];
    const where = touched.length === 0 ? "no described segment" : named(touched.map((one) => one.name));
    return [
      exposed(`the control path is open for ${address} in ${where}, not in a management segment alone`),
    ];
  });
}

/** Any one family will do: the backup uses the name's addresses in turn. */
function unreachableSources(ground: Terrain, flows: readonly FlowLine[]): readonly Finding[] {
  const host = ground.hospital.backupHost;
  return ground.hospital.sources.flatMap((source) => {
    const segment = ground.segments.get(source.segment);
    const speaks = familiesOf(segment?.cidrs ?? []).filter((f) => familiesOf(host.addresses).includes(f));
    const paths = flows.filter(
      (flow) => flow.kind === "backup-source" && flow.to[0] === source.name && speaks.includes(flow.family),
    );
    if (paths.some((flow) => flow.phases["vault-open"].flow === "open")) return [];
    const why = paths[0]?.phases["vault-open"].rule ?? "no address family in common";
    const text = `${source.name} in ${source.segment} can't be reached by ${host.name} while the vault is open (${why})`;
    return [{ code: "source-unreachable", text }];
  });
}

function brokenControl(flows: readonly FlowLine[]): readonly Finding[] {
  return flows
    .filter((flow) => flow.kind === "control")
    .filter((flow) => Object.values(flow.phases).some((verdict) => verdict.flow === "cut"))
    .map((flow) => ({
      code: "control-path" as const,
      text: `the control path ${named(flow.from)} → ${named(flow.to)} would be cut by ${flow.family}: nobody could end the window by hand`,
    }));
}

function exposed(text: string): Finding {
  return { code: "backup-host-exposed", text };
}
