/** `acknowledge`: somebody has seen that a window ended badly; from then on following it succeeds. */
import { JedaError } from "../../../model/errors.ts";
import { isoInZone } from "../../../schedule/iso.ts";
import { systemClock } from "../../clocks/clock.ts";
import { openJournal } from "../../journal/journal-writer.ts";
import { fold } from "../../journal/status-from-journal.ts";
import { knownJournal, need, type RunnerContext } from "../store/context.ts";
import { takeLock } from "../store/lock.ts";
import { patiently } from "../store/lock-retry.ts";
import { windowScope } from "../store/lock-scopes.ts";
import { windowPlaces } from "../store/paths.ts";

export async function acknowledge(context: RunnerContext): Promise<number> {
  const id = need(context, "window");
  const by = need(context, "by");
  const reason = need(context, "reason");
  // The runner's own lock on this window: while it is held, the journal is the runner's.
  const lock = await patiently(() => takeLock(windowScope(context.places.state, id), id));
  try {
    const before = fold(knownJournal(context.places, id).entries);
    if (before.result === null) {
      throw new JedaError("REFUSED", `the window ${id} has not ended (${before.state})`, {
        hint: "only an ended window can be acknowledged; pulumi up starts a runner again where one has died",
      });
    }
    if (before.acknowledged === null) {
      const journal = openJournal(windowPlaces(context.places, id).journal);
      journal.append(
        { type: "acknowledged", by, reason },
        isoInZone(systemClock().wallMs(), before.plan.zone),
      );
      journal.close();
    }
    context.print(JSON.stringify({ id, result: before.result, acknowledged: true }));
    return 0;
  } finally {
    await lock.release();
  }
}
