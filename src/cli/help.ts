/** The text of `jeda help`. */
import { table } from "../window/report/table.ts";
import { verbTable } from "./verb-table.ts";

export function helpText(): string {
  const rows = Object.entries(verbTable).map(([name, { says }]) => [`  jeda ${name}`, says]);
  return `jeda: takes a hospital's non-clinical networks off the internet for a planned window, backs up, and brings them back

${table(["Commands", ""], rows)}

Which hospital: --stack NAME or --backup DESTINATION, else JEDA_STACK or JEDA_BACKUP_HOST. What reaches a host refuses when none is named; npm run -s jeda names the lab's while it stands.
Exit codes: 0 ok, 1 error, 10 partial, 11 failed, 12 aborted, 13 skipped, 130 following was interrupted. See docs/cli.md.`;
}
