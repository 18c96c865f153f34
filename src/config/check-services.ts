/** Services: somebody must be able to ask whether they still answer. */
import type { Problems } from "./problems.ts";
import type { WrittenStack } from "./schema/stack.ts";

export function checkServices(stack: Partial<WrittenStack>, problems: Problems): void {
  for (const [index, service] of (stack.services ?? []).entries()) {
    for (const [place, user] of service.users.entries()) {
      const segment = stack.segments?.find((candidate) => candidate.name === user);
      if (segment === undefined || segment.probePoint !== undefined) continue;
      const what = `${user} has no probePoint, so nobody there can ask whether ${service.name} answers`;
      problems.warn(["services", index, "users", place], what);
    }
  }
}
