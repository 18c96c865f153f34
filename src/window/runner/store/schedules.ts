/** The recurring windows that this host was given: one file each, replaced in one step. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { JedaError } from "../../../model/errors.ts";
import { isRecurring, type RecurringPlan } from "../../../schedule/recurring-plan.ts";
import { acceptPlan } from "../../plan/accept-plan.ts";
import { type Places, windowPlaces } from "./paths.ts";

export interface StandingSchedule {
  readonly plan: RecurringPlan;
  /** Who armed it. */
  readonly by: string;
  /** ISO 8601. */
  readonly armedAt: string;
}

/** A file that can't be used is handed to `onBroken`, with what is wrong with it, and left out. */
export function standingSchedules(
  places: Places,
  onBroken: (file: string, why: string) => void = () => undefined,
): readonly StandingSchedule[] {
  return filesOf(places).flatMap((file): StandingSchedule[] => {
    try {
      return [readSchedule(join(places.schedules, file))];
    } catch (error) {
      onBroken(file, error instanceof Error ? error.message : String(error));
      return [];
    }
  });
}

export function anySchedule(places: Places): boolean {
  return filesOf(places).length > 0;
}

function filesOf(places: Places): readonly string[] {
  try {
    return readdirSync(places.schedules)
      .filter((file) => file.endsWith(".json"))
      .toSorted();
  } catch {
    return [];
  }
}

function readSchedule(path: string): StandingSchedule {
  const { plan, by, armedAt } = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  const accepted = acceptPlan(JSON.stringify(plan));
  if (!isRecurring(accepted)) throw new JedaError("CONFIG", `${path} holds no recurring window`);
  return { plan: accepted, by: String(by), armedAt: String(armedAt) };
}

export function writeSchedule(places: Places, schedule: StandingSchedule): void {
  mkdirSync(places.schedules, { recursive: true, mode: 0o700 });
  const path = pathOf(places, schedule.plan.id);
  const fresh = `${path}.new`;
  const fd = openSync(fresh, "w", 0o600);
  writeSync(fd, `${JSON.stringify(schedule, null, 2)}\n`);
  fsyncSync(fd);
  closeSync(fd);
  renameSync(fresh, path);
  const directory = openSync(places.schedules, "r");
  fsyncSync(directory);
  closeSync(directory);
}

export function removeSchedule(places: Places, id: string): void {
  rmSync(pathOf(places, id), { force: true });
}

/** @throws JedaError CONFIG for an id that can't be a file's name. */
function pathOf(places: Places, id: string): string {
  windowPlaces(places, id);
  return join(places.schedules, `${id}.json`);
}
