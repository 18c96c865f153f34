/** What is so, kept beside the window and without its code: against it every claim of the window is held. */
export interface Truth {
  /** Boot clock of the backup host: later than this no segment may be cut. An extension that was granted moves it. */
  deadline: number;
  /** The same by the kernel: an extension whose runner died half way has not been undone yet. */
  kernelDeadline: number;
  /** The isolation was gone for a time, and somebody has seen it. */
  interrupted: boolean;
  anomaly: boolean;
  /** Commands so far. */
  turn: number;
  over: boolean;
  released: boolean;
  stopped: boolean;
  isolationProved: boolean;
  vaultShut: boolean;
  connected: boolean;
  lost: number;
  counted: boolean;
  /** By source name. */
  readonly saved: Map<string, boolean>;
  readonly verified: Map<string, boolean>;
  runners: number;
  firstCause: string | null;
}

export function truthAt(deadline: number): Truth {
  return {
    deadline,
    kernelDeadline: deadline,
    interrupted: false,
    anomaly: false,
    turn: 0,
    over: false,
    released: false,
    stopped: false,
    isolationProved: false,
    vaultShut: false,
    connected: false,
    lost: 0,
    counted: false,
    saved: new Map(),
    verified: new Map(),
    runners: 1,
    firstCause: null,
  };
}

/** Whether `ok` would be the truth. */
export function allWell(truth: Truth, sources: readonly string[], releasedInTime: boolean): boolean {
  return (
    truth.released &&
    releasedInTime &&
    truth.isolationProved &&
    !truth.interrupted &&
    !truth.anomaly &&
    truth.vaultShut &&
    truth.connected &&
    truth.counted &&
    truth.lost === 0 &&
    sources.every((name) => truth.saved.get(name) === true && truth.verified.get(name) === true)
  );
}
