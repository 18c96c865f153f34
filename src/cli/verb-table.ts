/** Which words lead to which file of `verbs/`. A new verb is one line here and one file there. */
import { JedaError } from "../model/errors.ts";

export interface VerbModule {
  /** Resolves with the exit code; throws what `error-text.ts` shows. */
  run(words: readonly string[]): Promise<number>;
}

interface Entry {
  readonly says: string;
  readonly load: () => Promise<VerbModule>;
}

export const verbTable: Readonly<Record<string, Entry>> = {
  proof: {
    says: "what a window cuts and keeps, by which rule: [--stack STACK] [--report FILE] [--expand] [--json]",
    load: () => import("./verbs/proof.ts"),
  },
  "window arm": {
    says: "hand the plan on standard input to the runner on the backup host",
    load: () => import("./verbs/window-arm.ts"),
  },
  "window follow": {
    says: "show a window until it ends; the exit code says how it ended",
    load: () => import("./verbs/window-follow.ts"),
  },
  "window status": {
    says: "how the newest window (or --id) stands; --json",
    load: () => import("./verbs/window-status.ts"),
  },
  "window abort": {
    says: "reconnect now: --reason TEXT [--id ID]",
    load: () => import("./verbs/window-abort.ts"),
  },
  "window release": {
    says: "reconnect now, also when the runner or the backup host is dead: --reason TEXT [--id ID] [--stack STACK]",
    load: () => import("./verbs/window-release.ts"),
  },
  "window extend": {
    says: "reconnect later, within window.maxExtension: --by 30m or --until TIME, --reason TEXT [--id ID] [--who WHO]",
    load: () => import("./verbs/window-extend.ts"),
  },
  "window disarm": {
    says: "take back a window that has not begun: --id ID",
    load: () => import("./verbs/window-disarm.ts"),
  },
  "window acknowledge": {
    says: "a bad end was seen and dealt with: --id ID --reason TEXT",
    load: () => import("./verbs/window-acknowledge.ts"),
  },
  "window next": {
    says: "when a window comes by the stack's file, and why one is left out: [--stack STACK] [--count N] [--json]",
    load: () => import("./verbs/window-next.ts"),
  },
  "window report": {
    says: "the report of the newest window (or --id); --json",
    load: () => import("./verbs/window-report.ts"),
  },
};

/** @throws JedaError CONFIG for words that are no verb. */
export function findVerb(words: readonly string[]): Entry & { readonly rest: readonly string[] } {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(" ");
    const entry = Object.hasOwn(verbTable, name) ? verbTable[name] : undefined;
    if (entry !== undefined) return { ...entry, rest: words.slice(length) };
  }
  throw new JedaError("CONFIG", `"${words.slice(0, 2).join(" ")}" is not a command of jeda`, {
    hint: `it has: ${Object.keys(verbTable).join(", ")}; jeda help says what they do`,
  });
}
