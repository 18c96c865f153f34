/** What jeda installs on the backup host, typed for the program. */
import * as pulumi from "@pulumi/pulumi";

export interface RunnerArgs {
  readonly ssh: string;
  /** OpenSSH destination of the read-only key, where there is one. */
  readonly read?: string;
  /** Canonical JSON of the runbook. */
  readonly runbook: string;
  /** JSON of the credentials map; must be secret. */
  readonly credentials: pulumi.Input<string>;
}

export class Runner extends pulumi.CustomResource {
  /** Public half of the key by which the host signs its windows; production pins it. */
  declare readonly promotionKey: pulumi.Output<string | undefined>;

  constructor(name: string, args: RunnerArgs, options?: pulumi.CustomResourceOptions) {
    super("jeda:index:Runner", name, { promotionKey: undefined, ...args }, options);
  }
}

export interface RepositoryArgs {
  readonly ssh: string;
  /** OpenSSH destination of the read-only key, where there is one. */
  readonly read?: string;
  readonly path: string;
  /** Must be secret. */
  readonly password: pulumi.Input<string>;
}

export class Repository extends pulumi.CustomResource {
  constructor(name: string, args: RepositoryArgs, options?: pulumi.CustomResourceOptions) {
    super("jeda:index:Repository", name, { ...args }, options);
  }
}
