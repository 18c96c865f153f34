/**
 * What a host's flows and logins depend on and jeda does not own: interfaces, addresses, routes, files, accounts,
 * keys. It is compared with what it was when it was applied, kind by kind. Pure.
 */
import type { SiteFacts } from "../model/edge-protocol.ts";
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

/** A program that a host lacks is put there, by jeda too; only what becomes of one counts. */
const comesLater = (name: string): boolean => kindOf(name) === "program";

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
      .map((name) => [name, difference(name, before[name], now[name])]),
  );
}

function difference(name: string, was: string | undefined, is: string | undefined): string {
  if (was === undefined)
    return `was added since this was applied${is === "" || isFile(name) ? "" : `: ${is}`}`;
  if (is === undefined) return "is gone since this was applied";
  if (!isFile(name)) return `is ${is}, was ${was} when this was applied`;
  const [before, after] = [was, is].map((value) => value.split(" "));
  const sameContent = before?.[0] === after?.[0] && after?.[0] !== "a";
  return sameContent
    ? `has mode and owner ${after?.slice(1).join(" ")}, had ${before?.slice(1).join(" ")} when this was applied`
    : "is not what it was when this was applied";
}

const isFile = (name: string): boolean => kindOf(name) === "file";
