/** A runbook after validation (`config/runbook.ts` reads it from YAML). Step names are a closed set. */
export type Step =
  | { readonly kind: "preflight" }
  | { readonly kind: "isolate" }
  | { readonly kind: "prove"; readonly state: "isolated" | "connected" }
  | {
      readonly kind: "backup";
      readonly sources: "all" | readonly string[];
      /** How many at once; never two of one host. */
      readonly parallel: number;
      /** Of all that run together; none where it is not limited. */
      readonly bytesPerSecond?: number;
    }
  | {
      readonly kind: "verify";
      /** Percent of the repository's data that `restic check` reads. */
      readonly readPercent: number;
      /** Files restored and compared byte for byte, for each file source. */
      readonly sampleFiles: number;
      readonly databases: "load" | "skip";
    }
  | { readonly kind: "shut-and-reconnect" }
  | { readonly kind: "report" };

export type StepKind = Step["kind"];

export interface Runbook {
  readonly name: string;
  /** SHA-256 of the meaning (canonical JSON), not of the text: comments don't make another window. */
  readonly hash: string;
  readonly steps: readonly Step[];
  /** Run on every path. Always contains `shut-and-reconnect`, first. */
  readonly finally: readonly Step[];
  /** What the window does not do, each with the reason; left out where nothing is. */
  readonly without?: {
    readonly verify?: string;
    /** By name. */
    readonly sources?: Readonly<Record<string, string>>;
  };
}
