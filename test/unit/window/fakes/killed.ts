/** A window whose runner is killed as soon as its journal has so many lines, and the one that takes it up. */
import type { JournalEntry } from "../../../../src/model/journal.ts";
import type { WindowPlan } from "../../../../src/model/plan.ts";
import { type Journal, memoryJournal } from "../../../../src/window/journal/journal-writer.ts";
import { FakeHospital } from "./hospital.ts";
import { plan as defaultPlan } from "./plan.ts";

export interface Killed {
  readonly hospital: FakeHospital;
  readonly entries: readonly JournalEntry[];
}

/** Runs a window whose runner dies as soon as the journal has so many lines. Null when it ended before. */
export async function killedAfter(
  lines: number,
  prepare = (_: FakeHospital): void => undefined,
  plan: WindowPlan = defaultPlan,
): Promise<Killed | null> {
  const journal = memoryJournal();
  let die: (killed: Killed) => void = () => undefined;
  const death = new Promise<Killed>((resolve) => {
    die = resolve;
  });
  const mortal: Journal = {
    ...journal,
    append(body, at) {
      const entry = journal.append(body, at);
      if (journal.entries.length === lines) {
        hospital.dead = true;
        die({ hospital, entries: [...journal.entries] });
      }
      return entry;
    },
  };
  const hospital: FakeHospital = new FakeHospital(plan, mortal);
  prepare(hospital);
  const end = hospital.run().then(() => null);
  // A dead runner may be past everything that waits.
  return Promise.race([death, end.then(() => (hospital.dead ? death : null))]);
}

export function successor({ hospital, entries }: Killed): FakeHospital {
  return new FakeHospital(hospital.plan, memoryJournal(entries), hospital);
}
