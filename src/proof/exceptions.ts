/** Pairs of segments between which lateral traffic is allowed: they fare otherwise than their classes do. */
import type { FlowLine, SegmentClass } from "./proof-types.ts";
import type { Terrain } from "./topology.ts";

type Pair = FlowLine["except"][number];

export class Exceptions {
  /** Each once, without those of the vault and of a segment with itself, which the lateral rules never see. */
  readonly all: readonly Pair[];
  readonly #keys: ReadonlySet<string>;
  readonly #between = new Map<SegmentClass, Map<SegmentClass, Pair[]>>();

  constructor(ground: Terrain, classes: readonly SegmentClass[]) {
    const classOf = new Map(classes.flatMap((alike) => alike.segments.map((name) => [name, alike] as const)));
    const all = new Map<string, Pair>();
    for (const { from, to } of ground.hospital.lateral.allow) {
      const [source, target] = [classOf.get(from), classOf.get(to)];
      if (source === undefined || target === undefined || from === to || all.has(key(from, to))) continue;
      all.set(key(from, to), { from, to });
      const targets = this.#between.get(source) ?? new Map<SegmentClass, Pair[]>();
      const pairs = targets.get(target) ?? [];
      pairs.push({ from, to });
      this.#between.set(source, targets.set(target, pairs));
    }
    this.all = [...all.values()];
    this.#keys = new Set(all.keys());
  }

  has(from: string, to: string): boolean {
    return this.#keys.has(key(from, to));
  }

  between(from: SegmentClass, to: SegmentClass): readonly Pair[] {
    return this.#between.get(from)?.get(to) ?? [];
  }

  /** One pair for which the line of the two classes stands; null where each is an exception, or there is none. */
  ordinaryPair(from: SegmentClass, to: SegmentClass, except: readonly Pair[]): Pair | null {
    for (const one of from.segments) {
      for (const other of to.segments) {
        if (one !== other && (except.length === 0 || !this.has(one, other))) return { from: one, to: other };
      }
    }
    return null;
  }
}

function key(from: string, to: string): string {
  return `${from} ${to}`;
}
