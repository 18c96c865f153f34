/** What stands around the tables on an edge: interfaces, routes, kernel settings and the like that they depend on. */

import type { Properties } from "../../pulumi-protocol/wire.ts";
import { interfaceFindings } from "../../src/firewall/readback/edge-facts.ts";
import type { EdgeListing } from "../../src/model/edge-protocol.ts";
import { changedAround, rememberAround } from "../hosts/site-baseline.ts";
import type { EdgeFirewallInputs } from "./edge-firewall-inputs.ts";

export function remembered({ facts }: EdgeListing, known: Properties): Properties {
  return facts === undefined ? known : rememberAround(facts.site.network, known);
}

export function around(
  { facts }: EdgeListing,
  inputs: EdgeFirewallInputs,
  known: Properties,
): Record<string, string> {
  if (facts === undefined) return {};
  return {
    ...changedAround(facts.site.network, known),
    ...interfaceFindings(facts, inputs.segments),
  };
}
