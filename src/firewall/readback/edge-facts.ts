/** What an edge depends on besides its tables: read from its listing, and told where it is not as it was. Pure. */
import type { EdgeFacts } from "../../model/edge-protocol.ts";
import { parseSite } from "./site-facts.ts";

export function parseFacts(text: string): EdgeFacts {
  const facts = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(" "));
  const all = (kind: string) => facts.filter(([word]) => word === kind).map(([, ...rest]) => rest);
  const interfaces: Record<string, string[]> = {};
  for (const [name = "", xdp = "-"] of all("interface")) {
    interfaces[name] = xdp === "-" ? [] : [`has an ${xdp} program`];
  }
  for (const [name = "", way] of all("tc")) interfaces[name]?.push(`has a tc filter at its ${way}`);
  const programs = all("bpf").filter(([name]) => name !== "cgroup");
  for (const [name = "", way] of programs) interfaces[name]?.push(`has a BPF program at its ${way}`);
  return {
    directories: Object.fromEntries(all("directory").map(([path = "", ...mode]) => [path, mode.join(" ")])),
    fences: (all("fence")[0] ?? []).map(Number),
    fencesByHand: Object.fromEntries(all("hand").map(([path = "", number = ""]) => [path, number])),
    hooks: all("hook")
      .map((path) => path.join(" "))
      .sort(),
    interfaces,
    hookPrograms: programs
      .filter(([name, family = ""]) => name === "-" && family.startsWith("IPv"))
      .map(([, family, hook, priority]) => `${family} ${hook} at priority ${priority}`),
    unlooked: all("unlooked").map((words) => words.join(" ")),
    site: parseSite(text),
    strays: all("site")
      .filter(([side, kind]) => side === "host" && kind === "stray")
      .map(([, , ...path]) => path.join(" ")),
  };
}

/** The part of the facts that is kept from the time of applying, to be compared with. */
export interface Remembered {
  readonly hooks?: readonly string[];
}

/** Name → what is the matter with it: where rules name what is not there. */
export function interfaceFindings(
  { interfaces }: EdgeFacts,
  segments: Readonly<Record<string, readonly string[]>>,
): Record<string, string> {
  if (Object.keys(interfaces).length === 0) return {};
  return Object.fromEntries(
    Object.entries(segments).flatMap(([segment, marks]) =>
      marks
        .filter((mark) => !mark.includes("/") && interfaces[mark] === undefined)
        .map((name) => [`interface ${name}`, `of ${segment} is not there: rules that name it match nothing`]),
    ),
  );
}

export function placeFindings(
  { directories, fences, fencesByHand, hooks, strays }: EdgeFacts,
  before: Remembered,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [path, mode] of Object.entries(directories)) {
    const [digits = "", owner, ...odd] = mode.split(" ");
    if (mode === "") continue;
    if (owner !== "0:0" || (Number.parseInt(digits, 8) & 0o022) !== 0 || odd.length > 0) {
      found[path] = `may be written by others than root, or not even by root: ${mode}`;
    }
  }
  for (const path of strays) found[path] = "was not put there by jeda; it is reported, never touched";
  for (const [path, number] of Object.entries(fencesByHand)) {
    found[path] =
      `was written by hand: it says ${number || "nothing"}; it counts, so a window that began before is over. Nothing is cut by it; pulumi up takes it as it is`;
  }
  const [fence = 0, last = 0] = fences;
  // A lease that failed leaves the one behind that outlives a reboot, never the other way round.
  if (fence < last) {
    found["/run/jeda/fence"] =
      `was set back by hand: it says ${fence}, and ${last} was kept; the newer counts`;
  }
  for (const hook of (before.hooks ?? []).filter((one) => !hooks.includes(one))) {
    found[hook] = "does not load the policy at boot any more; it is reported, never touched";
  }
  return found;
}
