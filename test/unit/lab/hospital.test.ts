import assert from "node:assert/strict";
import { isIPv4, isIPv6 } from "node:net";
import { hostsFile, labHosts, macAddress, portAddresses, ports, switchPort } from "../../../lab/hospital.ts";

describe("the lab hospital's addresses", () => {
  const all = labHosts.flatMap((host) => ports[host].map((port) => ({ host, port })));

  it("gives every port its own IPv4, IPv6 and hardware address", () => {
    for (const of of [
      ({ port }: (typeof all)[number]) => portAddresses(port).v4,
      ({ port }: (typeof all)[number]) => portAddresses(port).v6,
      ({ port }: (typeof all)[number]) => macAddress(port),
    ]) {
      assert.equal(new Set(all.map(of)).size, all.length);
    }
    for (const { port } of all) {
      assert.ok(isIPv4(portAddresses(port).v4));
      assert.ok(isIPv6(portAddresses(port).v6));
      assert.match(macAddress(port), /^02(:[0-9a-f]{2}){5}$/);
    }
  });

  it("names the switch's ports within the kernel's 15 characters, each once", () => {
    const names = all.map(({ host, port }) => switchPort(host, port));
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.ok(name.length <= 15, name);
  });

  it("resolves every service name on every host, and the edge by the gateway of the segment", () => {
    for (const host of labHosts) {
      const text = hostsFile(host);
      for (const name of ["files.internal", "rekam-medis.internal", "simrs.internal"]) {
        assert.equal(text.split("\n").filter((line) => line.split(" ").includes(name)).length, 2, name);
      }
    }
    assert.match(hostsFile("backup"), /^10\.50\.0\.1 edge$/m);
    assert.match(hostsFile("ops"), /^2001:db8:40::1 edge$/m);
  });
});
