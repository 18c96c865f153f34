/** Random hospitals for the differential test; small ones first, because fast-check grows from there. */
import fc from "fast-check";
import type { BlockSketch, SegmentSketch, Sketch } from "./scene.ts";
import { edgeServices } from "./scene.ts";

const block: fc.Arbitrary<BlockSketch> = fc.oneof(
  fc.record({
    family: fc.constant("ipv4" as const),
    length: fc.constantFrom(24, 32, 31, 30, 28, 25, 22, 20),
    gap: fc.boolean(),
    nested: fc.boolean(),
  }),
  fc.record({
    family: fc.constant("ipv6" as const),
    length: fc.constantFrom(64, 128, 127, 126, 80, 60, 48),
    gap: fc.boolean(),
    nested: fc.boolean(),
  }),
);

const segment: fc.Arbitrary<SegmentSketch> = fc.record({
  role: fc.constantFrom("administrative", "guest", "clinical", "management"),
  wires: fc.constantFrom(1 as const, 2 as const),
  blocks: fc.array(block, { minLength: 1, maxLength: 4 }),
  isolate: fc.boolean(),
});

export const sketch: fc.Arbitrary<Sketch> = fc.record({
  segments: fc.array(segment, { minLength: 1, maxLength: 11, size: "max" }),
  uplinks: fc.integer({ min: 1, max: 3 }),
  unknownWire: fc.boolean(),
  services: fc.uniqueArray(fc.integer({ min: 0, max: edgeServices.length - 1 })),
  lateral: fc.constantFrom("observe", "enforce"),
  allow: fc.array(fc.tuple(fc.nat(10), fc.nat(10)), { maxLength: 4 }),
  backup: fc.constantFrom("both", "ipv4", "ipv6"),
  control: fc.constantFrom(0, 1, 2),
  detours: fc.boolean(),
  seed: fc.nat(0xffff_ffff),
});
