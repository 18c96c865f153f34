/** Random hospitals over a month or more: what grows, what is slow one night, away another, or never fits at all. */
import fc from "fast-check";
import type { Source } from "../../../../src/model/hospital.ts";
import type { Truth } from "./nights.ts";

export interface History {
  readonly truths: readonly Truth[];
  readonly nights: number;
  readonly parallel: number;
}

export const lengthMs = 20 * 60_000;

/** Most that a night differs from the middle, either way. */
export const noise = 0.15;

export const mebibyte = 2 ** 20;

export function sourceOf(order: number, kind: "smb" | "mariadb", host = "h"): Source {
  const common = { name: `s${order}`, host, order, segment: "administrative", credentials: "c" };
  return kind === "smb"
    ? { ...common, kind, share: "share", canaries: [] }
    : { ...common, kind, port: 3306, database: "simrs" };
}

/** The new file of 3 GiB in a share of 10 MiB: 16 s a night before and after, 1 m 53 s when it is new. */
export function withOneLargeFile(source: Source, day: number): Truth {
  return {
    source,
    takesMs: (night) => (night === day ? 113_000 : 16_000),
    lists: (night) => (night < day ? 10 : 3_082) * mebibyte,
    savedShare: 1,
    done: (share) => share,
  };
}

const one = fc.record({
  /** Percent of the night. */
  takes: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 5, max: 60 }) },
    { weight: 1, arbitrary: fc.integer({ min: 60, max: 250 }) },
  ),
  kind: fc.constantFrom("smb" as const, "mariadb" as const),
  /** Data and indexes are so many times the dump. */
  larger: fc.constantFrom(1, 2, 6),
  growsPerNight: fc.constantFrom(0, 0.003, 0.01),
  /** Once it was saved whole, what is new comes first and what is not is passed over. */
  uneven: fc.boolean(),
  host: fc.constantFrom("a", "b", "c"),
});

const anyNight = { source: fc.nat(5), night: fc.nat(20) };

export const history: fc.Arbitrary<History> = fc
  .record({
    sources: fc.array(one, { minLength: 2, maxLength: 6 }),
    nights: fc.integer({ min: 30, max: 45 }),
    parallel: fc.constantFrom(1, 1, 2),
    slow: fc.record({ ...anyNight, by: fc.integer({ min: 4, max: 10 }) }),
    away: fc.record(anyNight),
    large: fc.record({ source: fc.nat(5), night: fc.integer({ min: 1, max: 20 }) }),
    seed: fc.nat(1_000_000),
  })
  .map(({ sources, nights, parallel, slow, away, large, seed }) => {
    const truths = sources.map((written, order): Truth => {
      const kind = order === large.source ? "smb" : written.kind;
      const source = sourceOf(order, kind, written.host);
      const grown = (night: number): number => (1 + written.growsPerNight) ** night;
      const steady: Truth =
        order === large.source
          ? withOneLargeFile(source, large.night)
          : {
              source,
              takesMs: (night) =>
                ((lengthMs * written.takes) / 100) * grown(night) * varied(seed, order, night),
              lists: (night) => written.takes * 1_000 * mebibyte * grown(night),
              savedShare: kind === "smb" ? 1 : 1 / written.larger,
              done: (share, savedBefore) => (written.uneven && savedBefore ? share ** 3 : share),
            };
      const takesMs = (night: number): number | null => {
        if (order === away.source && night === away.night) return null;
        const factor = order === slow.source && night === slow.night ? slow.by : 1;
        return (steady.takesMs(night) ?? 0) * factor;
      };
      return { ...steady, takesMs };
    });
    return { truths, nights, parallel };
  });

function varied(seed: number, order: number, night: number): number {
  const x = Math.sin(seed + order * 7_919 + night * 104_729) * 43_758.5453;
  return 1 - noise + 2 * noise * (x - Math.floor(x));
}
