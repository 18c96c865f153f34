/** `knownTables` as written: the site's own tables that hook the same traffic as jeda's. */
import type { KnownTable } from "../../model/hospital.ts";
import { Invalid, isMap, quote } from "../yaml/invalid.ts";
import { dispatch, fields, list, scalar } from "./shape.ts";
import { text } from "./values.ts";

const families = ["ip", "ip6", "inet", "arp", "bridge", "netdev", "legacy-ip", "legacy-ip6", "legacy-arp"];

const table = scalar("a table", (written) => {
  const [, family = "", name = ""] = /^(\S+) ([A-Za-z0-9_/.-]+)$/.exec(written.trim()) ?? [];
  if (families.includes(family) && !(family === "inet" && /^jeda(_window|_host)?$/.test(name))) {
    return `${family} ${name}`;
  }
  const hint = 'write family and name as `nft list tables` prints them, like "ip nat"';
  throw new Invalid(`${quote(written)} is not a table of the site's own`, hint);
});

const hook = scalar('a hook like "prerouting -100"', (written) => {
  const match = /^(prerouting|input|forward|output|postrouting|ingress|egress) (-?\d{1,9})$/.exec(
    written.trim(),
  );
  if (match?.[1] === undefined) {
    const hint = 'write the hook and the earliest priority as a number, like "prerouting -100"';
    throw new Invalid(`${quote(written)} is not a hook with a priority`, hint);
  }
  return { hook: match[1], priority: Number(match[2]) };
});

const sha256 = scalar("a SHA-256", (written) => {
  if (/^[0-9a-f]{64}$/.test(written)) return written;
  throw new Invalid(`${quote(written)} is not a SHA-256`, "copy it from the line that reports the table");
});

export const knownTable = dispatch<KnownTable>((input) =>
  isMap(input)
    ? fields("a known table", {
        table,
        hooks: list(hook, "hooks with their earliest priority").default([]),
        sha256: sha256.optional(),
        baseChains: sha256.optional(),
        reason: text.optional(),
      })
    : table.transform((written): KnownTable => ({ table: written, hooks: [] })),
);
