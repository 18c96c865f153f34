/** Names: each used once among its kind, and every reference names something that exists. */

import type { WrittenStack } from "../schema/stack.ts";
import { didYouMean } from "../yaml/did-you-mean.ts";
import { quote } from "../yaml/invalid.ts";
import type { Path } from "../yaml/positions.ts";
import type { Problems } from "../yaml/problems.ts";

type Stack = Partial<WrittenStack>;

export function checkNames(stack: Stack, problems: Problems): void {
  const segments = placed(stack.segments, "segments");
  const services = placed(stack.services, "services");
  const edges = stack.edges ?? [];
  const uplinks = edges.map((edge, index) => placed(edge.uplinks, "edges", index, "uplinks"));
  refuseTwice("segment", segments, problems);
  refuseTwice("service", services, problems);
  refuseTwice("source", placed(stack.sources, "sources"), problems);
  refuseTwice("endpoint", placed(stack.endpoints, "endpoints"), problems);
  refuseTwice("edge", placed(stack.edges, "edges"), problems);
  for (const [index, edge] of edges.entries()) {
    refuseTwice("uplink", uplinks[index] ?? [], problems);
    refuseTwice("edge service", placed(edge.services, "edges", index, "services"), problems);
  }
  // `needs` names all three kinds, so no name may stand for two of them. Edges may share uplink names.
  const uplinksOnce = new Map(uplinks.flat().map((uplink) => [uplink.name, uplink]));
  refuseTwice(
    "segment, service or uplink",
    firstOfEach([segments, services, [...uplinksOnce.values()]]),
    problems,
  );
  checkReferences(stack, problems);
}

function checkReferences(stack: Stack, problems: Problems): void {
  const segments = stack.segments?.map((segment) => segment.name);
  const sources = stack.sources?.filter((source) => source.kind === "mariadb").map((source) => source.name);
  const reference = reporter(problems);
  for (const [index, source] of (stack.sources ?? []).entries()) {
    reference("segment", source.segment, segments, ["sources", index, "from"]);
  }
  for (const [index, service] of (stack.services ?? []).entries()) {
    reference("segment", service.at, segments, ["services", index, "at"]);
    for (const [place, user] of service.users.entries()) {
      reference("segment", user, segments, ["services", index, "users", place]);
    }
    if (service.records !== undefined) {
      reference("mariadb source", service.records.source, sources, ["services", index, "records", "source"]);
    }
  }
  const uplinks = stack.edges?.flatMap((edge) => edge.uplinks.map((uplink) => uplink.name));
  const places = segments === undefined || uplinks === undefined ? undefined : [...segments, ...uplinks];
  for (const [index, endpoint] of (stack.endpoints ?? []).entries()) {
    if (endpoint.at !== undefined) {
      reference("segment or uplink", endpoint.at, places, ["endpoints", index, "at"]);
    }
    for (const [place, user] of endpoint.users.entries()) {
      reference("segment", user, segments, ["endpoints", index, "users", place]);
    }
  }
  const allowed = new Set<string>();
  for (const [index, pair] of (stack.lateral?.allow ?? []).entries()) {
    const written = `${pair.from} -> ${pair.to}`;
    if (pair.from === pair.to) {
      const message = `${written} allows nothing: within a segment no edge is asked`;
      problems.add(["lateral", "allow", index], message, "name two segments, or take it out");
    }
    if (allowed.has(written)) {
      problems.add(["lateral", "allow", index], `${written} is written twice`, "take one of them out");
    }
    allowed.add(written);
    reference("segment", pair.from, segments, ["lateral", "allow", index]);
    reference("segment", pair.to, segments, ["lateral", "allow", index]);
  }
  for (const [index, name] of (stack.window?.isolate ?? []).entries()) {
    reference("segment", name, segments, ["window", "isolate", index]);
  }
}

function reporter(problems: Problems) {
  const sets = new Map<readonly string[], ReadonlySet<string>>();
  return (kind: string, name: string, known: readonly string[] | undefined, path: Path): void => {
    if (known === undefined) return;
    const set = sets.get(known) ?? new Set(known);
    sets.set(known, set);
    if (set.has(name)) return;
    problems.add(path, `there is no ${kind} ${quote(name)}`, didYouMean(name, known));
  };
}

interface Placed {
  readonly name: string;
  readonly path: Path;
}

function placed(list: readonly { readonly name: string }[] | undefined, ...under: Path): Placed[] {
  return (list ?? []).map(({ name }, index) => ({ name, path: [...under, index, "name"] }));
}

function refuseTwice(kind: string, list: readonly Placed[], problems: Problems): void {
  const seen = new Map<string, Path>();
  for (const { name, path } of list) {
    const before = seen.get(name);
    if (before === undefined) seen.set(name, path);
    else {
      const place = problems.place(before);
      const where = place === "" ? "" : ` (${place})`;
      problems.add(
        path,
        `${quote(name)} is already the name of a ${kind}${where}`,
        "give one of them another name",
      );
    }
  }
}

/** Of each kind only the first of a name, so that a name doubled within its kind is reported once. */
function firstOfEach(kinds: readonly (readonly Placed[])[]): Placed[] {
  return kinds.flatMap((kind) =>
    [...new Map(kind.toReversed().map((one) => [one.name, one])).values()].toReversed(),
  );
}
