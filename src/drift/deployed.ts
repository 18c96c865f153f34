/** Which stacks a backend has ever applied, from `pulumi stack ls --json`. Pure. */
import { z } from "zod";
import type { StackDrift } from "./classify.ts";

const listed = z.array(z.object({ name: z.string(), lastUpdate: z.string().optional() }));

/** Bare names; null where the listing can't be read. */
export function deployedStacks(listing: string): ReadonlySet<string> | null {
  try {
    const stacks = listed.parse(JSON.parse(listing)).filter(({ lastUpdate }) => lastUpdate !== undefined);
    return new Set(stacks.map(({ name }) => name.split("/").at(-1) ?? ""));
  } catch {
    return null;
  }
}

/** Nothing is live of it that could differ: worth a line, and no reason to wake anybody. */
export function notDeployed(stack: string): StackDrift {
  const text = "it was never applied with this backend: there is nothing to compare";
  return { stack, verdict: "not-deployed", findings: [{ kind: "note", resource: "stack", text }] };
}
