/** Acting as the lab's ops host: `lab/access/ops.ts` knows how; without a standing lab the machine itself acts. */
import { readState } from "../lab/state.ts";

/** What to put before a command, so that it runs as ops of the lab; empty when no such lab stands. */
export async function opsPrefix(lab: string): Promise<readonly string[]> {
  if (readState(lab) === null) return [];
  const { opsCommand } = await import("../lab/access/ops.ts");
  return opsCommand(lab) ?? [];
}
