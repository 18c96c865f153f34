/** The prober's script in real network namespaces: an inside, a router with nftables, an outside. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Prober } from "../../../src/model/prober.ts";
import { proberScript } from "../../../src/probe/prober-script.ts";
import { sshProber } from "../../../src/probe/ssh-prober.ts";

const outside = ["10.99.2.10", "2001:db8:99:2::10"] as const;
const targets = [`${outside[0]}:8080`, `[${outside[1]}]:8080`] as const;
/** Several shells are started for each attempt, which takes a busy machine a while. */
const attemptMs = 1_500;

/** Three namespaces, held by processes of this test's own: nothing is left when they end. */
class Net {
  readonly #holders: ChildProcess[] = [];
  readonly inside = this.#hold();
  readonly router = this.#hold();
  readonly outside = this.#hold();
  #server: ChildProcess | undefined;

  #hold(): ChildProcess {
    const child = spawn("unshare", ["--net", "--kill-child", "cat"], {
      stdio: ["pipe", "ignore", "inherit"],
    });
    this.#holders.push(child);
    return child;
  }

  enter(where: ChildProcess, ...words: string[]): string[] {
    return ["nsenter", `--net=/proc/${where.pid}/ns/net`, "--", ...words];
  }

  run(where: ChildProcess, script: string): void {
    const [program = "", ...words] = this.enter(where, "sh", "-euc", script);
    execFileSync(program, words, { stdio: ["ignore", "pipe", "pipe"] });
  }

  async up(): Promise<void> {
    await Promise.all(this.#holders.map((holder) => once(holder, "spawn")));
    // `unshare` has to have left our own namespace before a link is moved into its new one.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { pid } = this.router;
    this.run(
      this.inside,
      `ip link set lo up
      ip link add i0 type veth peer name r0 netns ${pid}
      ip addr add 10.99.1.10/24 dev i0; ip addr add 2001:db8:99:1::10/64 dev i0 nodad
      ip link set i0 up; ip route add default via 10.99.1.1; ip route add default via 2001:db8:99:1::1`,
    );
    this.run(
      this.outside,
      `ip link set lo up
      ip link add o0 type veth peer name r1 netns ${pid}
      ip addr add ${outside[0]}/24 dev o0; ip addr add ${outside[1]}/64 dev o0 nodad
      ip link set o0 up; ip route add default via 10.99.2.1; ip route add default via 2001:db8:99:2::1`,
    );
    this.run(
      this.router,
      `ip link set r0 up; ip link set r1 up
      ip addr add 10.99.1.1/24 dev r0; ip addr add 2001:db8:99:1::1/64 dev r0 nodad
      ip addr add 10.99.2.1/24 dev r1; ip addr add 2001:db8:99:2::1/64 dev r1 nodad
      echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding`,
    );
    const code = `require("http").createServer((q, r) => { r.setHeader("x", q.headers.host); r.end("hello " + q.url); }).listen(8080, "::", () => console.log("up"))`;
    const [program = "", ...words] = this.enter(this.outside, process.execPath, "-e", code);
    this.#server = spawn(program, words, { stdio: ["ignore", "pipe", "inherit"] });
    if (this.#server.stdout !== null) await once(createInterface({ input: this.#server.stdout }), "line");
  }

  isolate(): void {
    this.run(
      this.router,
      `nft 'add table inet t; add chain inet t f { type filter hook forward priority 0; }'
      nft 'add rule inet t f iifname "r0" drop'`,
    );
  }

  reconnect(): void {
    this.run(this.router, "nft delete table inet t");
  }

  down(): void {
    this.#server?.kill("SIGKILL");
    for (const holder of this.#holders) holder.kill("SIGKILL");
  }
}

describe("the prober", function () {
  this.timeout(30_000);
  let net: Net;
  let prober: Prober;

  before(async () => {
    net = new Net();
    await net.up();
    const words = net.enter(net.inside, "bash", "-c", proberScript) as [string, ...string[]];
    prober = sshProber("inside", () => words);
    for (let tries = 0; tries < 20 && (await prober.tcp(targets[1], 300)) !== "open"; tries++);
  });
  after(async () => {
    await prober.close();
    net.down();
  });

  for (const [family, target, address] of [
    ["IPv4", targets[0], outside[0]],
    ["IPv6", targets[1], outside[1]],
  ] as const) {
    it(`tells open, refused and cut by ${family}, for new connections and for those already open`, async () => {
      const closed = target.replace("8080", "8081");
      equal(await prober.tcp(target, attemptMs), "open");
      equal(await prober.tcp(closed, attemptMs), "refused");
      equal(await prober.ping(address, attemptMs), "open");
      const id = `held${family}`;
      equal(await prober.hold(id, target, attemptMs), "open");
      equal(await prober.exercise(id, attemptMs), "open");
      equal(await prober.exercise(id, attemptMs), "open", "a connection can be used more than once");
      net.isolate();
      try {
        const [fresh, refused, ping, held, holding] = await Promise.all([
          prober.tcp(target, attemptMs),
          prober.tcp(closed, attemptMs),
          prober.ping(address, attemptMs),
          prober.exercise(id, attemptMs),
          prober.hold(`late${family}`, target, attemptMs),
        ]);
        equal(fresh, "cut");
        equal(refused, "cut");
        equal(ping, "cut");
        equal(held, "cut");
        equal(holding, "cut");
        equal(
          await prober.exercise(`late${family}`, attemptMs),
          "unknown",
          "what was never open proves nothing",
        );
      } finally {
        net.reconnect();
      }
      equal(await prober.tcp(target, attemptMs), "open");
    });

    // The address makes no difference, and TCP takes its time.
    const once4 = family === "IPv4" ? it : null;
    once4?.(`takes no late answer over ${family} for one that passes now`, async () => {
      const id = "stale";
      equal(await prober.hold(id, target, attemptMs), "open");
      net.isolate();
      try {
        equal(await prober.exercise(id, attemptMs), "cut");
        net.reconnect();
        // TCP sends the request again by itself, and is answered while nobody asks.
        await new Promise((resolve) => setTimeout(resolve, 4_000));
        net.isolate();
        equal(await prober.exercise(id, attemptMs), "cut");
      } finally {
        net.reconnect();
      }
      equal(await prober.exercise(id, 5_000), "open");
    });

    it(`asks by HTTP over ${family}, and says when there was no answer`, async () => {
      const answer = await prober.http(`http://${target}/health?x=1`, attemptMs);
      equal(answer.flow, "open");
      equal(answer.status, 200);
      equal(answer.body, "hello /health?x=1");
      const refused = await prober.http(`http://${target.replace("8080", "8081")}/`, attemptMs);
      equal(refused.status, null);
      equal(refused.flow, "refused");
    });
  }

  it("does not mix up answers that come at the same time", async () => {
    const asked = Array.from({ length: 40 }, (_, index) => index);
    const answers = await Promise.all(
      asked.map((index) => prober.http(`http://${targets[0]}/n${index}`, 5_000)),
    );
    for (const index of asked) equal(answers[index]?.body, `hello /n${index}`);
  });

  it("knows nothing when its session has ended, and says so instead of guessing", async () => {
    const lost = sshProber("nowhere", () => [
      "sh",
      "-c",
      'read -r mark; echo "$mark begin"; read line; exit 1',
    ]);
    equal(await lost.tcp(targets[0], attemptMs), "unknown");
    const never = sshProber("nowhere", () => ["sh", "-c", "echo 'no route to host' >&2; exit 255"]);
    equal((await never.http(`http://${targets[0]}/`, attemptMs)).flow, "unknown");
    await lost.close();
  });

  it("hears its answers among what a login prints", async () => {
    const noise = "echo SELAMAT DATANG; echo 1 refused; printf half; echo 'locale: not found' >&2";
    const greeted = sshProber("inside", () => {
      const [program = "", ...words] = net.enter(
        net.inside,
        "bash",
        "-c",
        `${noise}; (sleep 1; printf tick) & ${proberScript}`,
      );
      return [program, ...words];
    });
    equal(await greeted.tcp(targets[0], attemptMs), "open");
    equal((await greeted.http(`http://${targets[0]}/a`, 5_000)).body, "hello /a");
    await greeted.close();
  });

  it("takes an answer that came while this process was stopped", async () => {
    const module = new URL("../../../src/probe/ssh-prober.ts", import.meta.url);
    const program = `import { sshProber } from ${JSON.stringify(module)};
      const script = 'read -r mark; echo "$mark begin"; while read -r id rest; do sleep 1; echo "$mark $id open"; done';
      const prober = sshProber("inside", () => ["sh", "-c", script]);
      prober.tcp("192.0.2.1:80", 1).then((flow) => { console.log(flow); return prober.close(); });
      setTimeout(() => console.log("asked"), 100);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const said: string[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => {
      said.push(line);
      if (line !== "asked") return;
      child.kill("SIGSTOP");
      // Longer than an answer may take on its way.
      setTimeout(() => child.kill("SIGCONT"), 5_000);
    });
    await once(child, "exit");
    deepEqual(said, ["asked", "open"]);
  });

  it("refuses words that could become another request", async () => {
    for (const target of ["10.0.0.1:80 x", "10.0.0.1", "host:99999", "[::1:80", "a;b:1", "host:80\nping 1"]) {
      await rejects(prober.tcp(target, attemptMs), /is not host:port/);
    }
  });
});
