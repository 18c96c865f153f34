/** The lease elements of a window as nft scripts, from the product's own list of them. */

import type { LeaseElement } from "../../../src/model/edge-protocol.ts";
import type { Hospital } from "../../../src/model/hospital.ts";
import type { WindowPlan } from "../../../src/model/plan.ts";
import { isolationElements, vaultElements } from "../../../src/window/leases/lease-request.ts";

export function isolationScript(hospital: Hospital): string {
  const segments = hospital.segments.map((segment) => ({
    ...segment,
    isolate: hospital.window.isolate.includes(segment.name),
  }));
  return script(isolationElements({ segments } as Pick<WindowPlan, "segments"> as WindowPlan));
}

export const vaultScript = script(vaultElements);

export const whollyReleased = ["isolated_if", "isolated_v4", "isolated_v6", "vault_open"]
  .map((set) => `flush set inet jeda_window ${set}\n`)
  .join("");

function script(elements: readonly LeaseElement[]): string {
  return elements
    .map(({ set, value }) => {
      const written = set === "isolated_if" ? `"${value}"` : value;
      return `add element inet jeda_window ${set} { ${written} timeout 600s }\n`;
    })
    .join("");
}
