/** Runs the schema over every key by itself and turns its issues into positioned errors. */

import type { IssueParams } from "./schema/shape.ts";
import { MODEL_KEYS, STACK_KEYS, stack, type WrittenStack } from "./schema/stack.ts";
import { didYouMean } from "./yaml/did-you-mean.ts";
import type { Problems } from "./yaml/problems.ts";

/** What could be read; a key with errors is missing here and its errors are in `problems`. */
export function readStack(
  config: Readonly<Record<string, unknown>>,
  problems: Problems,
): Partial<WrittenStack> {
  for (const key of Object.keys(config)) {
    if (STACK_KEYS.includes(key)) continue;
    problems.addAtKey([key], "unknown key", didYouMean(key, STACK_KEYS));
  }
  const read: Record<string, unknown> = {};
  for (const key of MODEL_KEYS) {
    const outcome = stack.shape[key].safeParse(Object.hasOwn(config, key) ? config[key] : undefined);
    if (outcome.success) {
      read[key] = outcome.data;
      continue;
    }
    for (const issue of outcome.error.issues) {
      const params: IssueParams = issue.code === "custom" ? (issue.params ?? {}) : {};
      const path = [key, ...issue.path.filter((step) => typeof step !== "symbol")];
      const hint = params.hint ?? "docs/configuration.md says how it is written";
      if (params.atKey === true) problems.addAtKey(path, issue.message, hint);
      else problems.add(path, issue.message, hint);
    }
  }
  return read;
}
