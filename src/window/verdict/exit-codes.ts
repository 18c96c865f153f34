/** How a window ended, as an exit code. A contract: docs/cli.md. */
import type { WindowResult } from "../../model/report.ts";

export const exitCodes: Readonly<Record<WindowResult, number>> = {
  ok: 0,
  partial: 10,
  failed: 11,
  aborted: 12,
  skipped: 13,
};

/** Something could not be done or told; nothing is said about a window. */
export const exitError = 1;
