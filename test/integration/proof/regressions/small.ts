/** The sketch that each regression changes as little as it can. */
import type { Sketch } from "../scene.ts";

const block = { family: "ipv4", length: 24, gap: false, nested: false } as const;
const blocks = [block, { ...block, family: "ipv6", length: 64 }] as const;
const segment = { role: "administrative", wires: 1, blocks, isolate: false } as const;

export const small: Sketch = {
  segments: [segment, segment],
  uplinks: 1,
  unknownWire: false,
  services: [],
  lateral: "observe",
  allow: [],
  backup: "both",
  control: 0,
  detours: false,
  seed: 0,
};
