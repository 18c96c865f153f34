/** What a lab can leave on the machine, looked at without the lab's own records. */
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { execa } from "execa";

/** What no lab may change: links, addresses, routes, rulesets and forwarding of the root namespace, and users. */
export async function machine(): Promise<Record<string, string>> {
  const run = async (file: string, ...argv: string[]) => (await execa(file, argv)).stdout;
  const forwarding = ["ipv4/ip_forward", "ipv6/conf/all/forwarding", "ipv6/conf/default/accept_ra"];
  return {
    links: await run("ip", "-o", "link"),
    addresses: (await run("ip", "-o", "address")).replace(/(valid|preferred)_lft \S+/g, ""),
    routes4: await run("ip", "-4", "route", "show", "table", "all"),
    routes6: (await run("ip", "-6", "route", "show", "table", "all")).replace(/ expires \S+/g, ""),
    ruleset: await run("nft", "list", "ruleset"),
    forwarding: forwarding.map((name) => readFileSync(`/proc/sys/net/${name}`, "utf8")).join(),
    users: ["/etc/passwd", "/etc/group", "/etc/hosts", "/etc/ssh/ssh_config"]
      .map((file) => readFileSync(file, "utf8"))
      .join(),
  };
}

/** Inodes of the lab's network namespaces, for `processesIn`. */
export function namespaceInodes(id: string): number[] {
  return namespaces(id).map((name) => statSync(`/run/netns/${name}`).ino);
}

/** "net:[INODE]" of every other lab on the machine. */
export function namespaceInodesOfOthers(id: string): ReadonlySet<string> {
  const all = existsSync("/run/netns") ? readdirSync("/run/netns") : [];
  const others = all.filter((name) => name.startsWith("jeda-") && !name.startsWith(`jeda-${id}-`));
  return new Set(others.map((name) => `net:[${statSync(`/run/netns/${name}`).ino}]`));
}

/** Inode of one host's network namespace. */
export function namespaceInode(id: string, host: string): number {
  return statSync(`/run/netns/jeda-${id}-${host}`).ino;
}

/** Process ids in these network namespaces. */
export function processesIn(inodes: readonly number[]): number[] {
  const links = new Set(inodes.map((inode) => `net:[${inode}]`));
  return readdirSync("/proc").flatMap((name) => {
    try {
      return links.has(readlinkSync(`/proc/${name}/ns/net`)) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** The arguments of a process; empty once it has ended. */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

function namespaces(id: string): string[] {
  if (!existsSync("/run/netns")) return [];
  return readdirSync("/run/netns").filter((name) => name.startsWith(`jeda-${id}-`));
}

/** Everything that bears the lab's name; empty when nothing of it is left. */
export function leftovers(id: string): string[] {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => line.includes(`/run/jeda-lab/${id}`) || line.includes(`jeda-lab-${id} `));
  const commands = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => commandLine(Number(name)))
    .filter((command) => command.includes(`/run/jeda-lab/${id}`) || command.includes(`jeda-${id}-`));
  const files = existsSync("/run/jeda-lab")
    ? readdirSync("/run/jeda-lab").filter((name) => name === id || name.startsWith(`${id}.`))
    : [];
  return [...namespaces(id), ...mounts, ...commands, ...files];
}
