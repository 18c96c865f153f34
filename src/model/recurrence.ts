/** Windows that come again and again, as data: on which local days, at which local time, and when never. */

/** ISO 8601: Monday is 1, Sunday is 7. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** A day of the month, its last day, or its first to fourth or last Sunday, Monday … */
export type MonthDay =
  | number
  | "last"
  | { readonly which: 1 | 2 | 3 | 4 | "last"; readonly weekday: Weekday };

export type Days =
  | { readonly kind: "daily" }
  | { readonly kind: "weekly"; readonly on: readonly Weekday[] }
  | { readonly kind: "monthly"; readonly on: readonly MonthDay[] };

/** The deadlines that were written as times of day, "HH:MM"; the others are lengths and the same every night. */
export type ClockDeadlines = Readonly<Partial<Record<"startCutoff" | "backupStop" | "reconnectBy", string>>>;

export interface Recurrence {
  readonly days: Days;
  /** Local time of the start, "HH:MM". */
  readonly at: string;
  readonly clocks: ClockDeadlines;
}

/** No window may touch it. Half-open: `from` belongs to it, `to` does not. Epoch milliseconds. */
export interface Blackout {
  readonly from: number;
  readonly to: number;
  /** As it was written, with its reason: what people are told. */
  readonly text: string;
}
