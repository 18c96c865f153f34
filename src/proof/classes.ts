/**
 * Segments that the edge treats alike: whatever a verdict asks of a segment is the same for all of a class, so one
 * of them is judged for all. What a lateral exception says of a pair is no matter of a class: such pairs are judged
 * one by one (`exceptions.ts`).
 */
import type { SegmentClass } from "./proof-types.ts";
import { familiesOf, type Terrain } from "./topology.ts";

/** In the order of their first segments; the vault is in none of them. */
export function classesOf(ground: Terrain): readonly SegmentClass[] {
  const ordinary = [...ground.segments.values()].filter(({ name }) => !ground.vaults.has(name));
  const classes = new Map<string, SegmentClass & { readonly segments: string[] }>();
  for (const { name, cidrs } of ordinary) {
    const isolated = ground.isolated.has(name);
    const families = familiesOf(cidrs);
    const key = `${isolated} ${families.join()}`;
    const known = classes.get(key);
    if (known === undefined) classes.set(key, { isolated, families, segments: [name] });
    else known.segments.push(name);
  }
  return [...classes.values()];
}
