/**
 * A host with /etc, /root and the rest for itself, in namespaces: what somebody changes by hand on it is named in one
 * line each, a day of its own doings in none. All edits are made before one look, for a look reads the whole host.
 */
import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { edgeScriptText } from "../../../src/firewall/edge/edge-script.ts";
import { bypasses } from "../../../src/firewall/readback/bypass.ts";
import { bothSides, siteFindings } from "../../../src/firewall/readback/site-facts.ts";
import { listSchema, toEdgeListing } from "../../../src/host/edge-listing.ts";
import type { EdgeFacts } from "../../../src/model/edge-protocol.ts";
import { daily, edits } from "./surroundings-edits.ts";

const own = ["/etc", "/root", "/usr/local", "/usr/bin", "/var/lib/dpkg", "/run", "/var/log"];
const network = ["clin0", "adm0", "guest0", "ops0", "wan0", "port0"];
const addresses = { clin0: "10.10.0.1/24", adm0: "10.20.0.1/24", guest0: "10.30.0.1/24" };

class Host {
  readonly directory = mkdtempSync(join(tmpdir(), "jeda-host-"));
  readonly #shell: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    writeFileSync(join(this.directory, "edge"), edgeScriptText(), { mode: 0o755 });
    this.#shell = spawn("unshare", ["-mn", "--propagation", "private", "sh"], { stdio: "pipe" });
    this.#shell.stderr.pipe(process.stderr);
    this.#lines = createInterface(this.#shell.stdout)[Symbol.asyncIterator]();
  }

  async run(command: string): Promise<void> {
    this.#shell.stdin.write(`( set -e; ${command}\n) >/dev/null; echo $?\n`);
    assert.equal((await this.#lines.next()).value, "0", command);
  }

  async up(): Promise<void> {
    await this.run(`mount -t tmpfs none /mnt`);
    for (const path of own) {
      const name = path.replaceAll("/", "-");
      await this.run(
        `mkdir -p /mnt/${name}/up /mnt/${name}/work; mount -t overlay -o lowerdir=${path},upperdir=/mnt/${name}/up,workdir=/mnt/${name}/work none ${path}`,
      );
    }
    await this.run(
      "mkdir -p /run/systemd/system /root/.ssh; mount -t sysfs none /sys; echo own >/etc/host.conf.own; chmod 644 /etc/host.conf.own",
    );
    await this.run("ip link set lo up; ip link add sw0 type bridge; ip link set sw0 up");
    for (const name of network) {
      await this.run(
        `ip link add ${name} type veth peer name far-${name}; ip link set far-${name} up; ip link set ${name} up`,
      );
    }
    for (const [name, address] of Object.entries(addresses))
      await this.run(`ip address add ${address} dev ${name}`);
    await this.run("ip link set port0 master sw0");
  }

  async look(): Promise<EdgeFacts> {
    const answer = join(this.directory, "answer");
    await this.run(
      `JEDA_RUN=${this.directory}/run JEDA_ETC=/etc/jeda ${this.directory}/edge host list </dev/null >${answer}`,
    );
    const text = readFileSync(answer, "utf8").trim().split("\n").at(-1) ?? "";
    return toEdgeListing(listSchema.parse(JSON.parse(text))).facts ?? assert.fail("no facts");
  }

  down(): void {
    this.#shell.stdin.end("kill $(jobs -p) 2>/dev/null; exit\n");
    this.#shell.kill("SIGKILL");
    rmSync(this.directory, { recursive: true, force: true });
  }
}

describe("what surrounds jeda on a host", function () {
  this.timeout(600_000);
  let host: Host;
  let usual: EdgeFacts;
  const found = async (): Promise<string[]> => {
    const facts = await host.look();
    const site = siteFindings(bothSides(facts.site), bothSides(usual.site));
    const around = bypasses({ foreign: [], facts }, { uplinks: ["wan0"], segments: { office: ["adm0"] } });
    return [
      ...Object.entries(site).map(([name, what]) => `${name} ${what}`),
      ...around.map(({ name, text }) => `${name} ${text}`),
    ];
  };

  before(async () => {
    host = new Host();
    await host.up();
    usual = await host.look();
  });
  after(() => host.down());

  it("stays clean through a day of its own doings", async () => {
    for (const command of daily) await host.run(command);
    assert.deepEqual(await found(), []);
  });

  it("is named by one line for each hand edit, and by a BPF program that neither tc nor nft shows", async () => {
    const attach = join(import.meta.dirname, "attach-bpf.pl");
    const said = join(host.directory, "attached");
    await host.run(
      `sleep 600 | perl ${attach} tcx adm0 ingress >${said} 2>&1 & until grep -q . ${said}; do sleep 0.1; done; grep -q attached ${said}`,
    );
    for (const { by } of edits) await host.run(by);
    const lines = await found();
    for (const line of lines) assert.doesNotMatch(line, /\n/);
    const unnamed = edits.filter(({ found: line }) => !lines.some((one) => line.test(one)));
    assert.deepEqual(
      unnamed.map(({ by }) => by),
      [],
      lines.join("\n"),
    );
    assert.ok(
      lines.some((line) => /^interface adm0 of office has .*a BPF program at its ingress/.test(line)),
      lines.join("\n"),
    );
  });
});
