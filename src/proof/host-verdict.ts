/**
 * The vault's second lock: what the backup host itself lets in, whatever has become of the edge. Only openers are
 * judged here; answers to the host's own connections always come in.
 */
import type { Family, Place, Port, Verdict } from "./proof-types.ts";
import { rule } from "./rules.ts";

export function judgeAtHost(opener: Place, family: Family, at: Port): Verdict {
  const isSsh = at.protocol === "tcp" && at.port === 22;
  if (opener.kind === "control" && isSsh) return { flow: "open", rule: rule.hostControl(family) };
  return { flow: "cut", rule: isSsh ? rule.hostSsh : rule.hostRest };
}
