/** What the matrix is made of: a fault, and the cell that it makes together with a state of the window. */
import type { WindowState } from "../../src/model/journal.ts";
import type { WindowPlan } from "../../src/model/plan.ts";
import type { WindowResult } from "../../src/model/report.ts";
import type { FaultLab } from "./fault-lab.ts";

export const injectableStates = [
  "preflight",
  "isolating",
  "isolated",
  "backing-up",
  "verifying",
  "reconnecting",
] as const satisfies readonly WindowState[];
export type InjectableState = (typeof injectableStates)[number];

/** What a fault injures by itself, so that jeda can't be blamed: an edge carries no packets for a while. */
export type Injury = "clinical" | "edge" | "edge2";

export interface Scene {
  readonly lab: FaultLab;
  readonly plan: WindowPlan;
  /** Epoch milliseconds of the window's `reconnectBy`. */
  readonly deadline: number;
  /** Ends whoever follows the window, as a closed terminal does (SIGKILL), or as Ctrl-C does. */
  killFollower(signal?: NodeJS.Signals): void;
  /** Resolves when the window's end is in its journal, or at the moment given. */
  untilEnded(orAt: number): Promise<void>;
}

export interface Fault {
  readonly name: string;
  readonly states: readonly InjectableState[];
  readonly injures?: readonly Injury[];
  /** Results that would be a lie after this fault, in these states or in all. */
  readonly never?: (state: InjectableState) => readonly WindowResult[];
  /** Milliseconds after the start at which the kernel reconnects, where the usual would not do. */
  readonly reconnectByMs?: number;
  /** Two: the cell runs on a lab with a second edge, which carries the guests. */
  readonly edges?: 2;
  /** At most so many milliseconds lie between the isolated segments' returns. */
  readonly apartMs?: number;
  /** The window is armed and followed by a real `pulumi up`. */
  readonly byPulumi?: true;
  /** Everything is reconnected so many milliseconds after the journal's first reason to end, at the latest. */
  readonly backWithinMs?: number;
  /** Another plan than the lab's, such as one with a heartbeat. */
  readonly plan?: (usual: WindowPlan) => WindowPlan;
  /** Done before the window is armed, for what must be wrong from the beginning. */
  prepare?(lab: FaultLab): Promise<void>;
  /** Resolves when the fault has happened, or is over where it ends by itself. */
  inject(scene: Scene): Promise<void>;
  /** Repairs what the site's people would repair, when the window is over. */
  mend?(scene: Scene): Promise<void>;
}

export interface Cell {
  readonly name: string;
  readonly fault: Fault;
  /** Null: `afterMs` after arming, whatever the window is doing then. */
  readonly state: InjectableState | null;
  readonly afterMs?: number;
}

export const touched: readonly InjectableState[] = injectableStates.slice(1);
export const notOk = (): readonly WindowResult[] => ["ok"];
