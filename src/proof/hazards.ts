/** What a window makes worse without breaking a promise: shown in the preview, repeated in the report. */

import { endpointsBehindCut } from "./hazards/endpoints.ts";
import { needsBehindCut } from "./hazards/needs.ts";
import { sourcesTooLarge } from "./hazards/sources.ts";
import { unseenWaysOut } from "./hazards/unseen.ts";
import { killSwitch, lateralOpen } from "./hazards/worm.ts";
import type { Circumstances, Finding } from "./proof-types.ts";
import type { Terrain } from "./topology.ts";

export function hazards(ground: Terrain, circumstances: Circumstances): readonly Finding[] {
  if (ground.isolated.size === 0) return sourcesTooLarge(ground, circumstances);
  return [
    ...lateralOpen(ground),
    ...killSwitch(ground),
    ...endpointsBehindCut(ground, circumstances),
    ...sourcesTooLarge(ground, circumstances),
    ...needsBehindCut(ground),
    ...unseenWaysOut(ground),
  ];
}
