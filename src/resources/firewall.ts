/** The firewall resources of jeda's own provider (`provider/resources/`), typed for the program. */
import * as pulumi from "@pulumi/pulumi";
import type { TableName } from "../model/edge-protocol.ts";
import type { EdgeReach, KnownTable, ProbeTarget, Service } from "../model/hospital.ts";
import type { Described } from "../site-rules/declared-flows.ts";

/** A probe that has to succeed from the users' segment before a new policy may stay. */
export interface ServiceProbeArgs {
  readonly service: string;
  /** Segment of the users. */
  readonly from: string;
  /** OpenSSH destination of its probe point. */
  readonly via: string;
  readonly target: ProbeTarget;
  readonly whenUnknown: Service["whenUnknown"];
}

export interface EdgeScriptArgs {
  readonly edge: string;
  readonly ssh: EdgeReach;
}

export class EdgeScript extends pulumi.CustomResource {
  constructor(name: string, args: EdgeScriptArgs, options?: pulumi.CustomResourceOptions) {
    super("jeda:index:EdgeScript", name, { ...args }, options);
  }
}

export interface EdgeFirewallArgs {
  readonly edge: string;
  readonly ssh: EdgeReach;
  /** nft text of the two tables. */
  readonly tables: Readonly<Record<TableName, string>>;
  /** Loaded at a boot where the tables do not load. */
  readonly minimal: string;
  readonly probes: readonly ServiceProbeArgs[];
  /** Interfaces and prefixes of each segment, to name leases by their segment. */
  readonly segments: Readonly<Record<string, readonly string[]>>;
  /** Interfaces of the uplinks, to tell a bridge that goes around the forward hook. */
  readonly uplinks: readonly string[];
  /** The flows that the hospital declares: what the site's own tables do to them is told. */
  readonly described: Described;
  /** IANA zone of times in messages. */
  readonly zone: string;
  /** OpenSSH destination of the backup host, which knows whether a window is under way. */
  readonly windowHost: string;
  /** That of its read-only key, where it has one. */
  readonly windowHostRead?: string;
  readonly knownTables?: readonly KnownTable[];
}

export class EdgeFirewall extends pulumi.CustomResource {
  constructor(name: string, args: EdgeFirewallArgs, options?: pulumi.CustomResourceOptions) {
    super("jeda:index:EdgeFirewall", name, { ...args }, options);
  }
}

export interface HostFirewallArgs {
  readonly host: string;
  readonly ssh: string;
  /** OpenSSH destination of the read-only key, where there is one. */
  readonly read?: string;
  /** nft text of `inet jeda_host`. */
  readonly table: string;
  /** Loaded at a boot where the table does not load. */
  readonly minimal: string;
  readonly knownTables?: readonly KnownTable[];
}

export class HostFirewall extends pulumi.CustomResource {
  constructor(name: string, args: HostFirewallArgs, options?: pulumi.CustomResourceOptions) {
    super("jeda:index:HostFirewall", name, { ...args }, options);
  }
}
