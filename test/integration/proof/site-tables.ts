/** Random tables of somebody else's, of the kinds that firewalls write, before and behind jeda's own chains. */
import type { Random } from "./random.ts";
import type { Scene } from "./scene.ts";

const priorities: Readonly<Record<string, readonly number[]>> = {
  prerouting: [-310, -300, -150, -50],
  forward: [-225, -30, -15, 0, 5, 50],
  input: [-225, -15, 0, 10],
  postrouting: [-150, 0, 50],
};

/** nft's words for one to three tables. */
export function siteTables(scene: Scene, random: Random): string {
  const count = 1 + random.below(3);
  return Array.from({ length: count }, (_, index) => siteTable(scene, random, `site${index}`)).join("");
}

function siteTable(scene: Scene, random: Random, name: string): string {
  const family = random.pick(["inet", "inet", "ip", "ip6"]) ?? "inet";
  const write = new Writer(scene, random, family);
  const inner = ["one", "two"].map((chain) => write.chain(chain, "", chain === "one" ? ["two"] : []));
  const hooks = Object.keys(priorities).filter(() => random.chance(0.5));
  const bases = (hooks.length === 0 ? ["forward"] : hooks).map((hook) => {
    const priority = random.pick(priorities[hook] ?? [0]) ?? 0;
    const policy = random.chance(0.25) ? "drop" : "accept";
    const head = `type filter hook ${hook} priority ${priority}; policy ${policy};`;
    return write.chain(`${hook}_base`, head, ["one", "two"], hook);
  });
  const redirect = random.chance(0.2) ? [write.redirecting()] : [];
  return `table ${family} ${name} {\n${write.sets()}${[...inner.reverse(), ...bases, ...redirect].join("")}}\n`;
}

class Writer {
  private readonly scene: Scene;
  private readonly random: Random;
  private readonly families: readonly ("ip" | "ip6")[];
  private readonly named: string[] = [];
  private family: "ip" | "ip6" = "ip";
  private readonly protocol = "tcp";

  constructor(scene: Scene, random: Random, family: string) {
    this.scene = scene;
    this.random = random;
    this.families = family === "inet" ? ["ip", "ip6"] : [family as "ip" | "ip6"];
  }

  chain(name: string, head: string, jumps: readonly string[], hook = "forward"): string {
    const rules = Array.from({ length: 1 + this.random.below(5) }, () => this.rule(jumps, hook));
    return `\tchain ${name} {\n${[head, ...rules].map((line) => `\t\t${line}\n`).join("")}\t}\n`;
  }

  redirecting(): string {
    const at = 7000 + this.random.below(700);
    return `\tchain nat { type nat hook prerouting priority -100;\n\t\t${this.inward()} udp dport ${at}-${at + 200} redirect to :9999\n\t}\n`;
  }

  sets(): string {
    return this.named.map((text) => `\t${text}\n`).join("");
  }

  private rule(jumps: readonly string[], hook: string): string {
    // Tests of two families are no rule that nft takes.
    this.family = this.random.pick(this.families) ?? "ip";
    const drawn = Array.from({ length: this.random.below(3) }, () => this.test(hook));
    // Behind a test of several protocols nft takes no port of one of them.
    const several = (test: string): number => Number(test.startsWith("meta l4proto {"));
    const tests = drawn.toSorted((a, b) => several(a) - several(b));
    return [...tests, ...(this.random.chance(0.3) ? ["counter"] : []), this.end(jumps, hook)].join(" ");
  }

  private end(jumps: readonly string[], hook: string): string {
    const { random } = this;
    const jump = random.pick(jumps);
    if (jump !== undefined && random.chance(0.35)) return `${random.pick(["jump", "jump", "goto"])} ${jump}`;
    const reject =
      hook === "forward" || hook === "input"
        ? ["reject", this.families.length < 2 ? "reject" : "reject with icmpx type admin-prohibited"]
        : [];
    // An inner chain may be reached from a hook that can't reject.
    const ends = [
      "accept",
      "accept",
      "drop",
      "return",
      "counter",
      "meta mark set 0x7",
      ...(jumps.length > 1 ? reject : []),
    ];
    if (random.chance(0.12)) return this.map(hook);
    return random.pick(ends) ?? "accept";
  }

  private map(hook: string): string {
    const { random } = this;
    const verdict = () => random.pick(["accept", "drop", "return", "continue"]);
    if (random.chance(0.5))
      return `ct state vmap { established : ${verdict()}, related : accept, new : ${verdict()} }`;
    if (hook !== "forward") return `meta l4proto vmap { tcp : ${verdict()}, udp : ${verdict()} }`;
    const [a, b, c] = [this.wire(), this.wire(), this.wire()];
    return a === b
      ? `iifname vmap { "${a}" : ${verdict()} }`
      : `iifname . oifname vmap { "${a}" . "${c}" : ${verdict()}, "${b}" . "${c}" : ${verdict()} }`;
  }

  private test(hook: string): string {
    const { random } = this;
    const not = random.chance(0.25) ? "!= " : "";
    const { family, protocol } = this;
    switch (random.below(14)) {
      case 0:
      case 1:
        return this.inward();
      case 2:
        return hook === "forward" || hook === "postrouting"
          ? `oifname ${not}"${this.wire()}"`
          : this.inward();
      case 3:
        return `${family} saddr ${not}${this.address(family)}`;
      case 4:
        return `${family} daddr ${not}${this.address(family)}`;
      case 5:
        return `${family} daddr ${not}{ ${this.distinct(family).join(", ")} }`;
      case 6:
        return this.setTest(family);
      case 7:
        return `${protocol} dport ${not}${7000 + random.below(900)}-${8000 + random.below(900)}`;
      case 8:
        return `${protocol} dport ${random.pick(["{ 22, 135, 445, 7000-7400 }", "< 7400", ">= 7500", "!= 445"])}`;
      case 9:
        return `ct state ${random.pick(["new", "established,related", "{ new, untracked }", "invalid"])}`;
      case 10:
        return `meta l4proto ${random.pick([protocol, "{ tcp, udp }"])}`;
      case 11:
        return (
          random.pick([
            "tcp flags & (fin | syn | rst | ack) == syn",
            "ct direction reply",
            "ct direction original",
          ]) ?? ""
        );
      case 12:
        // Some that nobody can answer from the rules alone.
        return (
          random.pick([
            "meta mark 0x7",
            "limit rate 400/second",
            `${family === "ip" ? "ip ttl" : "ip6 hoplimit"} > 3`,
          ]) ?? ""
        );
      default:
        if (this.families.length < 2) return this.inward();
        return `meta nfproto ${family === "ip" ? "ipv4" : "ipv6"}`;
    }
  }

  private setTest(family: "ip" | "ip6"): string {
    const name = `s${this.named.length}`;
    const type = family === "ip" ? "ipv4_addr" : "ipv6_addr";
    if (this.random.chance(0.4)) {
      const [host, port] = [this.distinct(family), 7000 + this.random.below(500)];
      const elements = host.map((one) => `${one} . ${port}-${port + 400}`);
      this.named.push(
        `set ${name} { type ${type} . inet_service; flags interval; elements = { ${elements.join(", ")} } }`,
      );
      return `${family} saddr . ${this.protocol} dport @${name}`;
    }
    this.named.push(
      `set ${name} { type ${type}; flags interval; elements = { ${this.distinct(family).join(", ")} } }`,
    );
    return `${family} ${this.random.pick(["saddr", "daddr"])} ${this.random.chance(0.3) ? "!= " : ""}@${name}`;
  }

  private inward(): string {
    const { random } = this;
    if (random.chance(0.15)) return 'iifname "p1*"';
    if (random.chance(0.3)) return `iifname { "${this.wire()}", "${this.wire()}" }`;
    return `iifname ${random.chance(0.2) ? "!= " : ""}"${this.wire()}"`;
  }

  private wire(): string {
    return `p${this.random.pick(this.scene.hosts)?.wire ?? 0}`;
  }

  private address(family: "ip" | "ip6"): string {
    const found = this.random.pick(
      this.scene.routes.filter(({ prefix }) => prefix.includes(":") === (family === "ip6")),
    );
    return found?.prefix ?? (family === "ip" ? "192.0.2.0/24" : "2001:db8::/32");
  }

  /** That don't overlap: an interval set refuses those that do. */
  private distinct(family: "ip" | "ip6"): readonly string[] {
    const one = this.address(family);
    return [one, family === "ip" ? "198.51.100.0/24" : "2001:db8:ffff::/48"];
  }
}
