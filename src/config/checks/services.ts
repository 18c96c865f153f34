/** Services: somebody must be able to ask whether they still answer. */
import { isIP } from "node:net";
import { contains, parsePrefix } from "../../network/cidr.ts";
import { literalHost } from "../../network/host-address.ts";
import type { WrittenStack } from "../schema/stack.ts";
import type { Problems } from "../yaml/problems.ts";

export function checkServices(stack: Partial<WrittenStack>, problems: Problems): void {
  for (const [index, service] of (stack.services ?? []).entries()) {
    checkPlace(stack, index, problems);
    for (const [place, user] of service.users.entries()) {
      const segment = stack.segments?.find((candidate) => candidate.name === user);
      if (segment === undefined || segment.probePoint !== undefined) continue;
      const what = `${user} has no probePoint, so nobody there can ask whether ${service.name} answers`;
      problems.warn(["services", index, "users", place], what);
    }
  }
}

/** Nobody probes an address of another segment by the name of this one, and the proof goes by the segment. */
function checkPlace({ services, segments }: Partial<WrittenStack>, index: number, problems: Problems): void {
  const service = services?.[index];
  const segment = segments?.find(({ name }) => name === service?.at);
  if (service === undefined || segment === undefined) return;
  const { target } = service.probe;
  const host = literalHost(target.kind === "tcp" ? target.host : target.url);
  if (host === null || isIP(host) === 0) return;
  if (segment.cidrs.some((cidr) => contains(parsePrefix(cidr), parsePrefix(host)))) return;
  const message = `its probe asks ${host}, which is not in the segment ${segment.name} (${segment.cidrs.join(", ")})`;
  problems.add(["services", index, "probe"], message, "mend the address or the field at");
}
