/** What the firewall resources need of the world; `wiring.ts` gives the real one, tests a fake. */
import type { HostFirewall } from "../../src/host/host-firewall.ts";
import type {
  BootFiles,
  EdgeClient,
  EdgeListing,
  LeaseElement,
  Transition,
} from "../../src/model/edge-protocol.ts";
import type { EdgeReach } from "../../src/model/hospital.ts";
import type { Prober } from "../../src/model/prober.ts";

export interface Edges {
  /** `role` is the key that is used: whoever only previews needs no other than `read`. */
  client(name: string, ssh: EdgeReach, role: keyof EdgeReach): EdgeClient;
  /** Replaces the edge's script by way of the policy key. */
  install(name: string, ssh: EdgeReach, script: string): Promise<void>;
  /** Writes the files for the next boot once more. */
  persist(name: string, ssh: EdgeReach, files: BootFiles): Promise<void>;
  /** Takes away what no window was granted; what one was granted goes back to its own end. */
  revoke(name: string, ssh: EdgeReach, leases: readonly LeaseElement[]): Promise<void>;
  prober(destination: string): Prober;
  /** From what an edge holds to what it was asked to compare with, leases untouched; null when that is the same. */
  transition(listing: EdgeListing): Transition | null;
  /** From what an edge holds to neither of jeda's tables. */
  removal(listing: EdgeListing): Transition | null;
}

export interface Hosts {
  /** With `read`, listing goes by the read-only key. */
  firewall(name: string, ssh: string, read?: string): HostFirewall;
}
