/**
 * The edge's lock of the vault, closed unless `vault_open` holds an element. Open means connections that the
 * backup host begins, to declared segments; `ct direction` is used because `ct state established` would revive
 * a session that a source opened before. The control path is written out and always there.
 */
import type { Hospital } from "../../model/hospital.ts";
import { type Family, families, ofFamily, segmentOf } from "./families.ts";
import { anonymous, type Chain, interfaceSet, type Rule, rule } from "./table.ts";

/** Everything to or from the vault, by interface and by address, goes through the chain `vault`. */
export function vaultDispatch(hospital: Hospital): Rule[] {
  if (vaultSegments(hospital).length === 0) return [];
  const interfaces = interfaceSet(vaultInterfaces(hospital));
  const cidrs = vaultSegments(hospital).flatMap((segment) => segment.cidrs);
  const byAddress = families.flatMap((family) => {
    const own = ofFamily(family, cidrs);
    if (own.length === 0) return [];
    return [
      rule("forward", `vault-from-${family.name}`, `${family.word} saddr ${anonymous(own)} jump vault`),
      rule("forward", `vault-to-${family.name}`, `${family.word} daddr ${anonymous(own)} jump vault`),
    ];
  });
  return [
    rule("forward", "vault-from-if", `iifname ${interfaces} jump vault`),
    rule("forward", "vault-to-if", `oifname ${interfaces} jump vault`),
    ...byAddress,
  ];
}

export function vaultChain(hospital: Hospital): Chain {
  if (vaultSegments(hospital).length === 0) return { name: "vault", rules: [] };
  return {
    name: "vault",
    rules: [
      ...families.flatMap((family) => control(hospital, family)),
      // A connection of unknown age that conntrack would take up in the middle, in the wrong direction.
      rule(
        "vault",
        "not-a-beginning",
        `iifname ${interfaceSet(vaultInterfaces(hospital))} ct state new tcp flags & (fin|syn|rst|ack) != syn counter drop`,
      ),
      ...families.flatMap((family) => open(hospital, family)),
      rule("vault", "shut", "counter drop"),
    ],
  };
}

function vaultSegments(hospital: Hospital) {
  return hospital.segments.filter((segment) => segment.role === "vault");
}

function vaultInterfaces(hospital: Hospital): string[] {
  return vaultSegments(hospital).flatMap((segment) => segment.interfaces);
}

/** Named management addresses to SSH of the backup host, the replies, and ICMP errors about either. */
function control(hospital: Hospital, family: Family): Rule[] {
  const { word, name } = family;
  const vault = interfaceSet(vaultInterfaces(hospital));
  const hosts = ofFamily(family, hospital.backupHost.addresses);
  const from = ofFamily(family, hospital.backupHost.controlFrom);
  if (hosts.length === 0 || from.length === 0) return [];
  const leading = [...new Set(from.flatMap((address) => segmentOf(hospital, address)?.interfaces ?? []))];
  const other = leading.length > 0 ? interfaceSet(leading) : `!= ${vault}`;
  return [
    rule(
      "vault",
      `control-${name}`,
      `iifname ${other} oifname ${vault} ct direction original ${word} saddr ${anonymous(from)} ${word} daddr ${anonymous(hosts)} tcp dport 22 return`,
    ),
    rule(
      "vault",
      `control-reply-${name}`,
      `iifname ${vault} oifname ${other} ct direction reply ${word} saddr ${anonymous(hosts)} ${word} daddr ${anonymous(from)} tcp sport 22 return`,
    ),
    rule(
      "vault",
      `control-error-${name}`,
      `ct state related meta l4proto ${name === "v4" ? "icmp" : "ipv6-icmp"} ct original ${word} saddr ${anonymous(from)} ct original ${word} daddr ${anonymous(hosts)} ct original protocol tcp ct original proto-dst 22 return`,
    ),
  ];
}

/**
 * The set stands behind the addresses: nft 1.1 takes a set of `meta nfproto` for a protocol of its own and refuses an
 * `ip saddr` behind it ("conflicting network layer protocols").
 */
function open(hospital: Hospital, family: Family): Rule[] {
  const { word, name } = family;
  const vault = interfaceSet(vaultInterfaces(hospital));
  const hosts = ofFamily(family, hospital.backupHost.addresses);
  const reachable = hospital.segments.filter((segment) => segment.role !== "vault");
  const cidrs = ofFamily(
    family,
    reachable.flatMap((segment) => segment.cidrs),
  );
  if (hosts.length === 0 || cidrs.length === 0) return [];
  const others = interfaceSet(reachable.flatMap((segment) => segment.interfaces));
  return [
    rule(
      "vault",
      `open-${name}`,
      `iifname ${vault} oifname ${others} ct direction original ${word} saddr ${anonymous(hosts)} ${word} daddr ${anonymous(cidrs)} meta nfproto @vault_open return`,
    ),
    // No source match: an ICMP error about a connection of the backup host comes from any router on the way.
    rule(
      "vault",
      `open-reply-${name}`,
      `iifname ${others} oifname ${vault} ct direction reply ct original ${word} saddr ${anonymous(hosts)} ct original ${word} daddr ${anonymous(cidrs)} ${word} daddr ${anonymous(hosts)} meta nfproto @vault_open return`,
    ),
  ];
}
