/** The only file here that knows Pulumi's SDK; `index.ts` calls it, the command line never loads it. */
import * as pulumi from "@pulumi/pulumi";
import type { Credentials } from "../model/hospital.ts";
import { type Loaded, loadFromEngine } from "./load.ts";

export interface LoadedFromPulumi extends Loaded {
  /** Secret; stays an output so that it can reach a resource's secret input and nothing else. */
  readonly credentials: pulumi.Output<Credentials>;
}

/** @throws JedaErrors (CONFIG) with everything that is wrong */
export function loadFromPulumi(projectDir: string = pulumi.getRootDirectory()): LoadedFromPulumi {
  const loaded = loadFromEngine({
    config: pulumi.runtime.allConfig(),
    secretKeys: JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]"),
    stack: pulumi.getStack(),
    projectDir,
  });
  const credentials = new pulumi.Config("jeda").requireSecretObject<Credentials>("credentials");
  // The configuration stands there in clear; nothing that is started from here on shall inherit it.
  delete process.env.PULUMI_CONFIG;
  return { ...loaded, credentials };
}
