/** `report`: rebuilt from the journal, also while the window still runs. JSON by schemas/report.schema.json. */
import { JedaError } from "../../../model/errors.ts";
import { fold } from "../../journal/status-from-journal.ts";
import { buildReport, reportSoFar } from "../../report/build.ts";
import { reportText } from "../../report/text.ts";
import { knownJournal, type RunnerContext } from "../store/context.ts";
import { knownWindows, newest } from "../store/window-store.ts";

/** Of the window named, or of the newest that has begun: one that only waits has nothing to tell. */
export async function report(context: RunnerContext): Promise<number> {
  const known = knownWindows(context.places, () => undefined);
  const begun = known.filter(({ status }) => status.state !== "armed");
  const id = context.asked.window ?? (newest(begun) ?? newest(known))?.id;
  if (id === undefined) {
    throw new JedaError("REFUSED", "this backup host has not had a window yet", {
      hint: "arm one: pulumi up",
    });
  }
  const status = fold(knownJournal(context.places, id).entries);
  const built = status.state === "ended" ? buildReport(status) : reportSoFar(status);
  context.print(context.asked.json === true ? JSON.stringify(built) : reportText(built));
  return 0;
}
