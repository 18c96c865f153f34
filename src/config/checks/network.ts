/** Addresses and interfaces: nothing belongs to two segments, and the vault holds the backup host. */

import { isIP } from "node:net";
import type { Role, Segment } from "../../model/hospital.ts";
import { contains, formatPrefix, overlaps, type Prefix, parsePrefix } from "../../network/cidr.ts";
import { PrefixIndex } from "../../network/prefix-index.ts";
import type { WrittenStack } from "../schema/stack.ts";
import { readTarget } from "../schema/values.ts";
import type { Path } from "../yaml/positions.ts";
import type { Problems } from "../yaml/problems.ts";

type Stack = Partial<WrittenStack>;

export function checkNetwork(stack: Stack, raw: Readonly<Record<string, unknown>>, problems: Problems): void {
  const segments = stack.segments ?? [];
  checkOverlaps(segments, raw, problems);
  checkInterfaces(stack, problems);
  if (stack.segments !== undefined) {
    const vaults = segments.filter((segment) => segment.role === "vault");
    if (vaults.length !== 1) {
      const message = `exactly one segment must have the role vault; there are ${vaults.length}`;
      problems.add(["segments"], message, "the vault holds the backup host alone");
    }
    checkBackupHost(stack, vaults, problems);
  }
  for (const [index, edge] of (stack.edges ?? []).entries()) {
    for (const [at, uplink] of edge.uplinks.entries()) {
      for (const [place, target] of uplink.targets.entries()) {
        const inside =
          isIP(readTarget(target).host) === 0 ? undefined : holderOf(readTarget(target).host, segments);
        if (inside === undefined) continue;
        const message = `${target} lies in the segment ${inside.name}, not beyond the uplink`;
        problems.add(
          ["edges", index, "uplinks", at, "targets", place],
          message,
          "name a host on the other side",
        );
      }
    }
  }
  const byName = new Map(segments.map((segment) => [segment.name, segment]));
  for (const [index, source] of (stack.sources ?? []).entries()) {
    const segment = byName.get(source.segment);
    if (segment === undefined || isIP(source.host) === 0) continue;
    if (holderOf(source.host, [segment]) !== undefined) continue;
    const message = `its host ${source.host} is not in the segment ${segment.name} (${segment.cidrs.join(", ")})`;
    problems.add(["sources", index], message, "mend the address or the field from");
  }
}

/** Compares what was written, so that both places can be named. */
function checkOverlaps(
  segments: readonly Segment[],
  raw: Readonly<Record<string, unknown>>,
  problems: Problems,
): void {
  const written = segments.flatMap((segment, index) => writtenPrefixes(segment.name, index, raw));
  const index = new PrefixIndex(written.map((value, order) => ({ prefix: value.prefix, value, order })));
  for (const [order, later] of written.entries()) {
    const others = index.touching(later.prefix).filter((other) => other.order < order);
    for (const { value: earlier } of others.sort((a, b) => a.order - b.order)) {
      if (earlier.segment === later.segment) continue;
      const place = problems.place(earlier.path);
      const message =
        `${formatPrefix(later.prefix)} of segment ${later.segment} overlaps ` +
        `${formatPrefix(earlier.prefix)} of segment ${earlier.segment}${place === "" ? "" : ` (${place})`}`;
      const hint = "an address can belong to one segment only: narrow one of the two";
      problems.add(later.path, message, hint);
    }
  }
}

interface WrittenPrefix {
  readonly segment: string;
  readonly prefix: Prefix;
  readonly path: Path;
}

function writtenPrefixes(
  segment: string,
  index: number,
  raw: Readonly<Record<string, unknown>>,
): WrittenPrefix[] {
  const list = Array.isArray(raw.segments) ? raw.segments : [];
  const cidrs: unknown = list[index]?.cidrs;
  const path: Path = ["segments", index, "cidrs"];
  if (typeof cidrs === "string") return [{ segment, prefix: parsePrefix(cidrs), path }];
  const many: readonly string[] = Array.isArray(cidrs) ? cidrs : [];
  return many.map((text, place) => ({ segment, prefix: parsePrefix(text), path: [...path, place] }));
}

/** An interface leads to one segment or to one uplink; every edge of a hospital names them alike. */
function checkInterfaces(stack: Stack, problems: Problems): void {
  const used = new Map<string, string>();
  const use = (name: string, by: string, path: Path) => {
    const before = used.get(name);
    if (before === undefined || before === by) used.set(name, by);
    else {
      const hint = "an interface leads to one segment or uplink only";
      problems.add(path, `interface ${name} of ${by} already leads to ${before}`, hint);
    }
  };
  for (const [index, segment] of (stack.segments ?? []).entries()) {
    const seen = new Set<string>();
    for (const [place, name] of segment.interfaces.entries()) {
      const path = ["segments", index, "on", place];
      if (seen.has(name)) problems.add(path, `interface ${name} is written twice`, "take one of them out");
      seen.add(name);
      use(name, `segment ${segment.name}`, path);
    }
  }
  for (const [index, edge] of (stack.edges ?? []).entries()) {
    const here = new Set<string>();
    for (const [place, uplink] of edge.uplinks.entries()) {
      const path = ["edges", index, "uplinks", place, "on"];
      if (here.has(uplink.interface)) {
        problems.add(path, `interface ${uplink.interface} is written twice`, "one uplink for each interface");
      }
      here.add(uplink.interface);
      use(uplink.interface, "an uplink", path);
    }
  }
}

function checkBackupHost(stack: Stack, vaults: readonly Segment[], problems: Problems): void {
  for (const [index, address] of (stack.backupHost?.addresses ?? []).entries()) {
    if (vaults.length === 0 || holderOf(address, vaults) !== undefined) continue;
    const ranges = vaults.flatMap((vault) => vault.cidrs).join(", ");
    const hint = `the backup host lives in the vault alone: ${ranges}`;
    problems.add(["backupHost", "addresses", index], `${address} is not in the vault segment`, hint);
  }
  const forbidden: readonly Role[] = ["clinical", "administrative", "guest", "vault"];
  for (const [index, from] of (stack.backupHost?.controlFrom ?? []).entries()) {
    const holder = (stack.segments ?? []).find(
      (segment) =>
        forbidden.includes(segment.role) &&
        segment.cidrs.some((cidr) => overlaps(parsePrefix(cidr), parsePrefix(from))),
    );
    if (holder === undefined) continue;
    const message = `${from} lies in the segment ${holder.name}, whose role is ${holder.role}`;
    const hint = "only management addresses may open SSH to the backup host";
    problems.add(["backupHost", "controlFrom", index], message, hint);
  }
}

function holderOf(address: string, segments: readonly Segment[]): Segment | undefined {
  const single = parsePrefix(address);
  return segments.find((segment) => segment.cidrs.some((cidr) => contains(parsePrefix(cidr), single)));
}
