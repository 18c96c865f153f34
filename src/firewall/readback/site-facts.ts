/**
 * What a host's flows and logins depend on and jeda does not own: interfaces, addresses, routes, files, accounts,
 * keys. It is compared with what it was when it was applied, kind by kind. Pure.
 */
import type { SiteFacts } from "../../model/edge-protocol.ts";
import { type KeyLine, leadsToJeda } from "./authorized-keys.ts";

const KINDS = "kinds";
const kindsOf = (facts: SiteFacts): readonly string[] => (facts[KINDS] ?? "").split(" ");
const kindOf = (name: string): string => name.split(" ")[0] ?? "";

/** The lines that begin with "site" in the facts of a host. */
export function parseSite(text: string): Record<"network" | "host", SiteFacts> {
  const side = (name: string): SiteFacts => {
    const kinds: string[] = [];
    const facts: [string, string][] = [];
    for (const line of text.split("\n")) {
      const words = `site ${name} `;
      if (!line.startsWith(words)) continue;
      const [thing = "", value = ""] = line.slice(words.length).split("\t");
      if (thing.startsWith("kind ")) kinds.push(thing.slice("kind ".length));
      else if (!thing.startsWith("stray ")) facts.push([thing, value]);
    }
    if (kinds.length === 0) return {};
    return Object.fromEntries([
      [KINDS, kinds.sort().join(" ")],
      ...facts.sort(([a], [b]) => (a < b ? -1 : 1)),
    ]);
  };
  return { network: side("network"), host: side("host") };
}

/** Of a host that is looked at in one go. */
export function bothSides({ network, host }: Readonly<Record<"network" | "host", SiteFacts>>): SiteFacts {
  const kinds = [...kindsOf(network), ...kindsOf(host)].filter((kind) => kind !== "").sort();
  return kinds.length === 0 ? {} : { ...network, ...host, [KINDS]: kinds.join(" ") };
}

/** With the account's keys that lead past jeda's script. Those named in `own` are judged elsewhere. */
export function withLogins(
  facts: SiteFacts,
  keys: readonly KeyLine[],
  own: readonly string[] = [],
): SiteFacts {
  const { [KINDS]: kinds, ...rest } = facts;
  if (kinds === undefined) return facts;
  const logins = keys
    .filter((key) => !leadsToJeda(key) && !own.includes(key.fingerprint))
    .map(({ fingerprint, comment, options }): [string, string] => [
      `login by key ${fingerprint}${comment === "" ? "" : ` (${comment})`}`,
      options.length === 0 ? "unrestricted" : options.join(","),
    ]);
  return { [KINDS]: [...kinds.split(" "), "login"].sort().join(" "), ...rest, ...Object.fromEntries(logins) };
}

/** A program that a host lacks is put there, by jeda too, and an interface brings its settings; only change counts. */
const comesLater = (name: string): boolean => ["program", "setting"].includes(kindOf(name));

/** Kinds that nobody looked at when the others were remembered. */
export function laterKinds(now: SiteFacts, before: SiteFacts): readonly string[] {
  return kindsOf(now).filter((kind) => kind !== "" && !kindsOf(before).includes(kind));
}

/** What was remembered stays; of kinds that nobody looked at then, it is what they are now. */
export function rememberSite(before: SiteFacts | undefined, now: SiteFacts): SiteFacts {
  if (before === undefined || before[KINDS] === undefined) return now;
  const known = kindsOf(before);
  const fresh = Object.entries(now).filter(
    ([name]) =>
      name !== KINDS && (!known.includes(kindOf(name)) || (comesLater(name) && before[name] === undefined)),
  );
  const kinds = [...new Set([...known, ...kindsOf(now)])].filter((kind) => kind !== "").sort();
  return { ...before, ...Object.fromEntries(fresh), [KINDS]: kinds.join(" ") };
}

/** Name → what is the matter with it. A kind that was not looked at both times is not compared. */
export function siteFindings(now: SiteFacts, before: SiteFacts | undefined): Record<string, string> {
  if (before === undefined) return {};
  const both = kindsOf(now).filter((kind) => kind !== "" && kindsOf(before).includes(kind));
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return Object.fromEntries(
    names
      .filter((name) => both.includes(kindOf(name)) && before[name] !== now[name])
      .filter((name) => before[name] !== undefined || !comesLater(name))
      .filter(
        (name) => kindOf(name) !== "setting" || (now[name] !== undefined && !setForAll(name, now, before)),
      )
      .map((name) => [shown(name), difference(name, before[name], now[name])]),
  );
}

/** It is set for every interface at once, and told once. */
function setForAll(setting: string, now: SiteFacts, before: SiteFacts): boolean {
  const [, family = "", , key = ""] = /^setting net\.(ipv[46])\.conf\.(.+)\.([^.]+)$/.exec(setting) ?? [];
  const all = [`setting net.${family}.conf.all.${key}`];
  if (family === "ipv4" && key === "forwarding") all.unshift("setting net.ipv4.ip_forward");
  const changed = all.find((name) => now[name] !== undefined && now[name] !== before[name]);
  return changed !== undefined && changed !== setting && now[changed] === now[setting];
}

/** What the first word of a name is for people, where it is another one. */
const WORDS: Readonly<Record<string, string>> = {
  setting: "",
  rule: "routing rule",
  transform: "IPsec",
  forwarding: "bridge entry",
  label: "address label",
  filter: "tc filter",
  bpf: "BPF programs on",
};

function shown(name: string): string {
  const kind = kindOf(name);
  return `${WORDS[kind] ?? kind}${name.slice(kind.length)}`.trim();
}

const SINCE = "since this was applied";
const WHEN = "when this was applied";

function difference(name: string, was: string | undefined, is: string | undefined): string {
  const kind = kindOf(name);
  if (kind === "file") return fileDifference(was, is);
  if (kind === "rule") return was === undefined ? "was added" : "is gone";
  if (was === undefined) return `was added ${SINCE}${is === "" ? "" : `: ${is}`}`;
  if (is === undefined) return `is gone ${SINCE}`;
  const [now, before] = whereTheyDiffer(is, was);
  return `is ${now}, was ${before} ${WHEN}`;
}

const ELSEWISE = " unlike its package's";

/** A file that is as its package has it is not listed at all, unless its mode is another. */
function fileDifference(was: string | undefined, is: string | undefined): string {
  if (is === undefined) {
    const again = was?.startsWith("packaged ") || was?.endsWith(ELSEWISE);
    return again ? `is as its package has it, and was not ${WHEN}` : `is gone ${SINCE}`;
  }
  if (is === "missing") return `is gone ${SINCE}`;
  const [content = "", ...rest] = is.replace(ELSEWISE, "").split(" ");
  if (was === undefined && content === "packaged") {
    return `has mode and owner ${rest.join(" ")}, had those of its package ${WHEN}`;
  }
  if (was === undefined && !is.endsWith(ELSEWISE)) return `was added ${SINCE}`;
  const [before, ...formerly] = was?.replace(ELSEWISE, "").split(" ") ?? [];
  return content === before && content !== "a"
    ? `has mode and owner ${rest.join(" ")}, had ${formerly.join(" ")} ${WHEN}`
    : `is not what it was ${WHEN}`;
}

/** Of long texts the words that are not the same, with the one before them. */
function whereTheyDiffer(one: string, other: string): readonly [string, string] {
  if (Math.max(one.length, other.length) < 60) return [one || "nothing", other || "nothing"];
  const [a, b] = [one.split(" "), other.split(" ")];
  let from = 0;
  while (from < Math.min(a.length, b.length) && a[from] === b[from]) from++;
  let behind = 0;
  while (behind < Math.min(a.length, b.length) - from && a.at(-1 - behind) === b.at(-1 - behind)) behind++;
  const cut = (words: string[]) =>
    words
      .slice(Math.max(0, from - 1), words.length - behind)
      .join(" ")
      .slice(0, 120) || "nothing";
  return [cut(a), cut(b)];
}
