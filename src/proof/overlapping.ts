/** Prefixes of two segments that share an address. */
import type { Segment } from "../model/hospital.ts";
import { formatPrefix } from "../network/cidr.ts";
import { prefix } from "../network/host-address.ts";
import type { Terrain } from "./topology.ts";

interface Overlap {
  readonly mine: string;
  readonly theirs: string;
  readonly other: Segment;
}

/** Those of `segment` with any other. */
export function overlapping(ground: Terrain, segment: Segment): readonly Overlap[] {
  return segment.cidrs.flatMap((mine) =>
    ground.byPrefix
      .touching(prefix(mine))
      .filter(({ value }) => value.name !== segment.name)
      .map((entry) => ({ mine, theirs: formatPrefix(entry.prefix), other: entry.value })),
  );
}
