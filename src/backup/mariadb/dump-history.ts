/** Can this host's mariadb-dump take along the rows of versioned tables that are no longer valid? Since 10.11. */
import { run } from "../tools/command.ts";

export const HISTORY_OPTION = "--dump-history";

export async function dumpKnowsHistory(signal: AbortSignal): Promise<boolean> {
  const { stdout } = await run({ file: "mariadb-dump", args: ["--help"], signal });
  return stdout.includes(HISTORY_OPTION);
}
