/**
 * The running window's view of its journal: it writes, folds as it goes, and keeps the state machine honest.
 * From the first lease on, a disk that takes no more lines must not keep a segment cut: the recorder then goes
 * on in memory and the window is stopped, so that the finaliser still runs.
 */
import type { JournalBody, JournalEntry, WindowState } from "../../model/journal.ts";
import { formatDuration } from "../../schedule/format.ts";
import { isoInZone } from "../../schedule/iso.ts";
import type { Clock } from "../clocks/clock.ts";
import { evenWallMs } from "../clocks/deadlines.ts";
import { type Journal, memoryJournal } from "./journal-writer.ts";
import { advance, nothingTouched } from "./state.ts";
import type { WindowStatus } from "./status.ts";
import { fold, foldNext } from "./status-from-journal.ts";
import { Stop } from "./stop-cause.ts";

/** Clocks are slewed and read in steps: less is no jump. Milliseconds. */
const noticedJumpMs = 2_000;

export class Recorder {
  #journal: Journal;
  readonly #clock: Clock;
  #status: WindowStatus | undefined;
  readonly stop: Stop;
  #saidOff = 0;

  constructor(journal: Journal, clock: Clock) {
    this.#journal = journal;
    this.#clock = clock;
    this.stop = new Stop((cause) => this.record({ type: "reason", ...cause }));
  }

  get status(): WindowStatus {
    this.#status ??= fold(this.#journal.entries);
    return this.#status;
  }

  get entries(): readonly JournalEntry[] {
    return this.#journal.entries;
  }

  /** ISO 8601, as the next line would have it. */
  now(): string {
    return isoInZone(evenWallMs(this.status, this.#clock), this.status.plan.zone);
  }

  /** What arrives after the end (work that could not be interrupted) is not recorded: the journal is closed. */
  record(body: JournalBody): void {
    if (this.#status?.state === "ended") return;
    const at = body.type === "armed" ? isoInZone(this.#clock.wallMs(), body.plan.zone) : this.now();
    if (body.type !== "armed" && body.type !== "note") this.#sayJump();
    try {
      this.#append(body, at);
    } catch (error) {
      if (body.type === "armed" || nothingTouched(this.status.state)) throw error;
      const reason = `the journal can't be written: ${error instanceof Error ? error.message : error}`;
      this.#journal = memoryJournal(this.#journal.entries);
      this.#append(body, at);
      this.stop.request({ result: "failed", reason });
    }
  }

  /** For whoever compares this journal with another host's. */
  #sayJump(): void {
    const off = Math.round(this.#clock.wallMs() - evenWallMs(this.status, this.#clock));
    if (Math.abs(off - this.#saidOff) < noticedJumpMs) return;
    this.#saidOff = off;
    const by = `${off < 0 ? "back" : "forward"} by ${formatDuration(Math.abs(off))}`;
    const text =
      off === 0 || Math.abs(off) < noticedJumpMs
        ? "this host's wall clock is back at what it was"
        : `this host's wall clock was put ${by}; the times here go on evenly, as before`;
    this.note(text);
  }

  #append(body: JournalBody, at: string): void {
    const entry = this.#journal.append(body, at);
    if (this.#status !== undefined) this.#status = foldNext(this.#status, entry);
  }

  enter(state: WindowState): void {
    advance(this.status.state, state);
    this.record({ type: "state", state });
  }

  /** Enters a state unless a runner before this one had already entered it. */
  reach(state: WindowState): void {
    if (this.status.state !== state) this.enter(state);
  }

  note(text: string): void {
    this.record({ type: "note", text });
  }
}
