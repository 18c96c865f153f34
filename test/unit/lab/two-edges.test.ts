import { deepEqual, doesNotMatch, equal, match, throws } from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sshClientConfig } from "../../../lab/access/ssh-access.ts";
import { everyHost, hostsOf, macAddress, ports, switchPort } from "../../../lab/hospital.ts";
import { bootScript } from "../../../lab/machines/boot-script.ts";
import { withSecondEdge } from "../../../lab/stack-file.ts";
import { loadFromStackFile } from "../../../src/config/load.ts";
import { makePlan } from "../../../src/window/plan/make-plan.ts";
import { repository } from "../../../toolchain/paths.ts";

describe("a lab with two edges", () => {
  it("has a stack file that describes both, with everything else as in the repository's", () => {
    const directory = mkdtempSync(join(tmpdir(), "jeda-edges-"));
    try {
      const file = join(directory, "two.yaml");
      writeFileSync(file, withSecondEdge(readFileSync(join(repository, "stacks/Pulumi.lab.yaml"), "utf8")));
      const { hospital, runbook } = loadFromStackFile(file, repository);
      const one = loadFromStackFile("lab", repository);
      const { edges, ...plan } = makePlan(hospital, runbook);
      const { edges: usual, ...same } = makePlan(one.hospital, one.runbook);
      deepEqual(
        edges.map(({ ssh }) => ssh),
        ["edge2-window", "edge-window"],
      );
      deepEqual(edges[1], usual[0]);
      deepEqual(plan, same);
    } finally {
      rmSync(directory, { recursive: true });
    }
    throws(() => withSecondEdge("config: {}"), /no edge in it/);
  });

  it("sends the guests out through the second, and their answers back through it", () => {
    match(bootScript("guest", 2), /ip route add default via 10\.30\.0\.2$/m);
    match(bootScript("guest", 1), /ip route add default via 10\.30\.0\.1$/m);
    match(bootScript("ward", 2), /ip route add default via 10\.10\.0\.1$/m);
    const internet = bootScript("internet", 2);
    match(internet, /^ip route add 10\.30\.0\.0\/24 via 203\.0\.113\.2$/m);
    match(internet, /^ip -6 route add 2001:db8:30::\/64 via 2001:db8:ffff::2$/m);
    match(internet, /^ip route add 10\.20\.0\.0\/24 via 203\.0\.113\.1$/m);
    match(bootScript("edge2", 2), /run-parts .*if-pre-up\.d/);
  });

  it("is known to those who have keys for it, and to nobody in a lab with one", () => {
    match(sshClientConfig("backup", "/k", 2), /^Host edge2-window\n {2}HostName 10\.50\.0\.2$/m);
    doesNotMatch(sshClientConfig("backup", "/k"), /edge2/);
    doesNotMatch(sshClientConfig("ops", "/k"), /edge2/);
    equal(hostsOf(1).length + 1, hostsOf(2).length);
  });

  it("gives each cable an address and a name of its own", () => {
    const cables = everyHost.flatMap((host) => ports[host].map((port) => ({ host, port })));
    equal(new Set(cables.map(({ port }) => macAddress(port))).size, cables.length);
    const names = cables.map(({ host, port }) => switchPort(host, port));
    equal(new Set(names).size, cables.length);
    equal(
      names.every((name) => name.length <= 15),
      true,
    );
  });
});
