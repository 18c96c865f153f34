/** What this stack's own outputs say since its last `pulumi up`, without a resource for it in the state. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Circumstances } from "../proof/proof-types.ts";
import { pastOf } from "../proof/throughput-history.ts";

export interface Former {
  readonly windowId: string | null;
  /** Hazards by the surroundings in which that window was planned. */
  readonly hazardsHere: readonly string[];
  /** What the last window that ended well saved, and how long it took. */
  readonly past: NonNullable<Circumstances["past"]>;
}

const outputs = z.object({ windowId: z.string(), hazardsHere: z.array(z.string()) });

/** Never fails: without an answer a window is planned like the first one. */
export async function formerOutputs(): Promise<Former> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const answer = await pulumi.runtime
    .invoke("pulumi:pulumi:readStackOutputs", { name })
    .catch((error: unknown) => pulumi.log.debug(`no outputs of ${name}: ${String(error)}`));
  const written: unknown = answer?.outputs;
  const known = outputs.safeParse(written);
  return {
    windowId: known.success ? known.data.windowId : null,
    hazardsHere: known.success ? known.data.hazardsHere : [],
    past: pastIn(written),
  };
}

function pastIn(written: unknown): Former["past"] {
  try {
    return pastOf((written as { readonly window?: unknown } | undefined)?.window);
  } catch {
    return {};
  }
}
