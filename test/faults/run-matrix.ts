/** Runs cells on several labs side by side; a lab that a cell leaves unfit is taken down, and a new one comes up. */
import { labDown } from "../../lab/down.ts";
import type { LabHost } from "../../lab/hospital.ts";
import type { Cell } from "./fault.ts";
import { FaultLab } from "./fault-lab.ts";
import { type CellOutcome, NeverReached, runCell } from "./run-cell.ts";

export interface MatrixOptions {
  /** Labs side by side. */
  readonly labs: number;
  /** Names of the labs begin with this. */
  readonly prefix: string;
  /** Which cells are followed by a window without a fault: the last on each lab, or every so many (0: none). */
  readonly calm: "last" | number;
  /** Milliseconds after the start at which the kernel reconnects, where a fault does not say; 45 s unless told. */
  readonly reconnectByMs?: number;
  /** Hosts that systemd boots; none unless told. */
  readonly systemd?: readonly LabHost[];
  /** Called while the cell's lab still stands. */
  readonly onOutcome: (outcome: CellOutcome, labId: string) => void;
  readonly log: (line: string) => void;
}

export async function runMatrix(
  cells: readonly Cell[],
  options: MatrixOptions,
): Promise<readonly CellOutcome[]> {
  const queue = [...cells];
  const outcomes: CellOutcome[] = [];
  const tell = (outcome: CellOutcome, labId: string): void => {
    outcomes.push(outcome);
    options.onOutcome(outcome, labId);
  };
  const count = Math.max(1, Math.min(options.labs, cells.length));
  const isCalm = (ran: number): boolean =>
    options.calm === "last" ? queue.length < count : options.calm > 0 && ran % options.calm === 0;
  const worker = async (number: number): Promise<void> => {
    let lab: FaultLab | null = null;
    let ran = 0;
    try {
      for (let cell = take(queue, lab); cell !== undefined; cell = take(queue, lab)) {
        const edges = cell.fault.edges ?? 1;
        if (lab !== null && lab.edges !== edges) {
          await lab.down();
          lab = null;
        }
        lab ??= await raise(new FaultLab(`${options.prefix}${number}`, edges, options.systemd), options.log);
        options.log(`${lab.id}: ${cell.name}`);
        const outcome = await attempt(lab, cell, isCalm(++ran), options.reconnectByMs);
        tell(outcome, lab.id);
        if (outcome.broken.some(({ invariant }) => invariant === "next-window")) {
          await lab.down();
          lab = null;
        }
      }
    } finally {
      await lab?.down();
    }
  };
  await Promise.all(Array.from({ length: count }, (_, index) => worker(index + 1)));
  return outcomes;
}

/** The next cell that this lab can run, or the next at all. */
function take(queue: Cell[], lab: FaultLab | null): Cell | undefined {
  const fitting = queue.findIndex(({ fault }) => lab === null || (fault.edges ?? 1) === lab.edges);
  return queue.splice(Math.max(0, fitting), 1)[0];
}

async function raise(lab: FaultLab, log: (line: string) => void): Promise<FaultLab> {
  const began = Date.now();
  try {
    await lab.up();
  } catch (error) {
    await lab.down();
    throw error;
  }
  log(`${lab.id}: up and installed after ${((Date.now() - began) / 1000).toFixed(0)} s`);
  return lab;
}

/** For whoever interrupts a run: its labs, however far they have come. */
export async function clearLabs({ prefix, labs }: Pick<MatrixOptions, "prefix" | "labs">): Promise<void> {
  await Promise.all(Array.from({ length: labs }, (_, index) => labDown(`${prefix}${index + 1}`)));
}

/** A cell that could not be carried out has failed, and nothing is known about its lab. */
async function attempt(lab: FaultLab, cell: Cell, calm: boolean, usually?: number): Promise<CellOutcome> {
  const began = Date.now();
  try {
    // On a machine that is busy with other things a window may end by itself before the fault's turn.
    for (let retry = 0; retry < 2; retry++) {
      try {
        return await runCell(lab, cell, calm, usually);
      } catch (error) {
        if (!(error instanceof NeverReached)) throw error;
      }
    }
    return await runCell(lab, cell, calm, usually);
  } catch (error) {
    const why = `the cell broke off: ${error instanceof Error ? error.message : String(error)}`;
    const broken = [{ invariant: "next-window", why }] as const;
    return {
      cell: cell.name,
      broken,
      result: "broke off",
      reasons: [],
      early: null,
      next: calm,
      tookMs: Date.now() - began,
    };
  }
}
