/** What the edge resources need of the world; `surroundings.ts` gives the real one, tests a fake. */
import type { EdgeClient, EdgeListing, TableName, Transition } from "../src/model/edge-protocol.ts";
import type { EdgeReach } from "../src/model/hospital.ts";
import type { Prober } from "../src/model/prober.ts";

export type Tables = Readonly<Record<TableName, string>>;

export interface Edges {
  /** One client for each edge as long as the provider runs. */
  client(name: string, ssh: EdgeReach): EdgeClient;
  /** Replaces the edge's script by way of the policy key. */
  install(name: string, ssh: EdgeReach, script: string): Promise<void>;
  prober(destination: string): Prober;
  /** From what an edge holds to what it should hold, leases untouched. */
  transition(listing: EdgeListing, wanted: Tables): Transition;
  /** From what an edge holds to neither of jeda's tables. */
  removal(listing: EdgeListing): Transition;
}
