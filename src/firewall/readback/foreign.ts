/** Tables that are not jeda's and hook the same traffic, from `nft list chains` and `nft list flowtables`. Pure. */
import type { ForeignHook } from "../../model/edge-protocol.ts";
import { parseListing } from "./listing.ts";

// The names nft gives to priorities; those of the bridge family are others (nft(8), "Priority").
const named: Record<string, number> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
};
const bridge: Record<string, number> = { dstnat: -300, filter: -200, out: 100, srcnat: 300 };

/** @param own names of jeda's own inet tables on this machine. */
export function foreignHooks(chains: string, flowtables: string, own: readonly string[]): ForeignHook[] {
  const found: ForeignHook[] = [];
  for (const table of parseListing(chains)) {
    if (table.family === "inet" && own.includes(table.name)) continue;
    for (const chain of table.chains) {
      const hook = /hook (\S+) .*?\bpriority ([^;]+);/.exec(chain.base ?? "");
      if (!hook) continue;
      const priority = parsePriority(table.family, hook[2] ?? "0");
      found.push({
        table: `${table.family} ${table.name}`,
        chain: chain.name,
        hook: hook[1] ?? "",
        priority,
      });
    }
  }
  // A flowtable takes packets past the forward hook altogether.
  for (const table of parseListing(flowtables)) {
    for (const { name } of table.others) {
      found.push({
        table: `${table.family} ${table.name}`,
        chain: `flowtable ${name}`,
        hook: "ingress",
        priority: 0,
      });
    }
  }
  return found;
}

/** The tables that the older iptables keeps, which nft doesn't list: "ip filter,ip6 nat". */
export function legacyTables(text: string): ForeignHook[] {
  return text
    .split(",")
    .filter((table) => table !== "")
    .map((table) => ({ table: `legacy-${table}`, chain: "", hook: "unknown", priority: 0 }));
}

export function parsePriority(family: string, text: string): number {
  const [, name = "", sign = "+", offset = "0"] = /^([a-z]+)(?: ([+-]) (\d+))?$/.exec(text.trim()) ?? [];
  if (name === "") return Number(text);
  const base = (family === "bridge" ? bridge : named)[name] ?? 0;
  return sign === "-" ? base - Number(offset) : base + Number(offset);
}
