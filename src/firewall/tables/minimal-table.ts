/**
 * What a boot loads where the ruleset itself does not load, as after an upgrade of nft: the vault stays locked but for
 * the control path, and everything else flows. Written in the plainest words of nft, one value a rule, no sets, so that
 * whatever broke the ruleset does not break this too. Each stands under the name of the table it is there for, and is
 * mended into that by the next `pulumi up`. Pure.
 */
import type { Hospital } from "../../model/hospital.ts";
import { type Family, families, ofFamily, segmentOf } from "./families.ts";
import { type Rule, renderTable, rule, type Table } from "./table.ts";

/** Text of `inet jeda_window` on an edge: without its lease sets, so nothing can be isolated either. */
export function minimalEdge(hospital: Hospital): string {
  const vaults = hospital.segments.filter((segment) => segment.role === "vault");
  const interfaces = vaults.flatMap((segment) => segment.interfaces);
  const cidrs = vaults.flatMap((segment) => segment.cidrs);
  const texts = [
    ...families.flatMap((family) => control(hospital, family, interfaces)),
    ...interfaces.flatMap((name) => [`iifname "${name}" drop`, `oifname "${name}" drop`]),
    ...families.flatMap((family) =>
      ofFamily(family, cidrs).flatMap((cidr) => [
        `${family.word} saddr ${cidr} drop`,
        `${family.word} daddr ${cidr} drop`,
      ]),
    ),
  ];
  return renderTable(table("jeda_window", "forward", "accept", -20, texts));
}

/** Text of `inet jeda_host` on the backup host: SSH from the control path, and replies. */
export function minimalHost(hospital: Hospital): string {
  const { controlFrom } = hospital.backupHost;
  const texts = [
    'iifname "lo" accept',
    ...families.flatMap((family) =>
      ofFamily(family, controlFrom).map((address) => `${family.word} saddr ${address} tcp dport 22 accept`),
    ),
    "tcp dport 22 drop",
    "ct direction reply accept",
    ...["nd-neighbor-solicit", "nd-neighbor-advert", "nd-router-advert"].map(
      (type) => `icmpv6 type ${type} accept`,
    ),
  ];
  return renderTable(table("jeda_host", "input", "drop", -10, texts));
}

/** Named management addresses to SSH of the backup host, and what it answers them. */
function control(hospital: Hospital, family: Family, vault: readonly string[]): string[] {
  const { word } = family;
  const hosts = ofFamily(family, hospital.backupHost.addresses);
  return ofFamily(family, hospital.backupHost.controlFrom).flatMap((from) =>
    hosts.flatMap((host) =>
      vault.flatMap((inside) =>
        leadingTo(hospital, from, inside).flatMap((outside) => [
          `iifname ${outside} oifname "${inside}" ct direction original ${word} saddr ${from} ${word} daddr ${host} tcp dport 22 accept`,
          `iifname "${inside}" oifname ${outside} ct direction reply ${word} saddr ${host} ${word} daddr ${from} tcp sport 22 accept`,
        ]),
      ),
    ),
  );
}

function leadingTo(hospital: Hospital, address: string, inside: string): string[] {
  const segment = segmentOf(hospital, address);
  return segment === undefined ? [`!= "${inside}"`] : segment.interfaces.map((name) => `"${name}"`);
}

function table(
  name: Table["name"],
  hook: "forward" | "input",
  policy: "accept" | "drop",
  priority: number,
  texts: readonly string[],
): Table {
  const rules = texts.map((text, at): Rule => rule(hook, `minimal-${at + 1}`, text));
  return { name, sets: [], chains: [{ name: hook, base: { hook, priority, policy }, rules }] };
}
