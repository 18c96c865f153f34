import assert from "node:assert/strict";
import { surroundings } from "../../../src/host/this-machine.ts";
import { hostOf, literalHost } from "../../../src/network/host-address.ts";
import { stateHost, timeServers } from "../../../src/proof/external-endpoints.ts";

describe("the host of an endpoint", () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ["10.0.0.1", "10.0.0.1"],
    ["10.0.0.1:80", "10.0.0.1"],
    ["2001:db8::1", "2001:db8::1"],
    ["[2001:db8::1]:80", "2001:db8::1"],
    ["postgres://pulumi@10.0.0.1:5432/state?sslmode=require", "10.0.0.1"],
    ["https://[2001:db8::1]/path", "2001:db8::1"],
    ["files.internal:445", null],
    ["file:///var/lib/state", null],
    ["someone@hospital.example", null],
    ["", null],
  ];
  for (const [text, host] of cases) {
    it(`of "${text}" is ${host}`, () => assert.equal(literalHost(text), host));
  }

  it("is the name where it is one", () => {
    assert.equal(hostOf("files.internal:445"), "files.internal");
    assert.equal(hostOf("postgres://pulumi:secret@state.internal:5432/jeda"), "state.internal");
    assert.equal(hostOf("2001:db8::1"), "2001:db8::1");
    assert.equal(hostOf(""), null);
  });
});

describe("the host of the Pulumi backend", () => {
  const cases = [
    ["postgres://pulumi:secret@10.20.0.9/state?sslmode=require", { host: "10.20.0.9", beyond: false }],
    ["s3://jeda?endpoint=minio.internal:9000&use_path_style=true", { host: "minio.internal", beyond: false }],
    ["s3://jeda?endpoint=https%3A%2F%2F10.20.0.9%3A9000", { host: "10.20.0.9", beyond: false }],
    ["s3://jeda-state", { host: "jeda-state", beyond: true }],
    ["https://api.pulumi.com", { host: "api.pulumi.com", beyond: true }],
    ["https://pulumi.rs.example", { host: "pulumi.rs.example", beyond: false }],
    ["file:///var/lib/state", null],
    ["file://~", null],
    ["", null],
  ] as const;
  for (const [url, host] of cases) {
    it(`of "${url}"`, () => assert.deepEqual(stateHost(url), host));
  }

  it("is taken from the environment before the project's file and the last login", () => {
    const { endpoints } = surroundings("/nowhere", { PULUMI_BACKEND_URL: "postgres://jeda@10.20.0.9/state" });
    assert.deepEqual(endpoints?.[0], {
      name: "the Pulumi backend",
      always: true,
      host: "10.20.0.9",
      beyond: false,
    });
  });
});

describe("the time servers of this machine", () => {
  it("are read from the settings of ntpd, chrony and systemd", () => {
    const ntpd = "# server 10.0.0.9\npool 0.debian.pool.ntp.org iburst\nserver 10.20.0.123 iburst\n";
    assert.deepEqual(timeServers(ntpd), ["0.debian.pool.ntp.org", "10.20.0.123"]);
    assert.deepEqual(timeServers("[Time]\n#NTP=a\nNTP=ntp.internal 10.20.0.123\nFallbackNTP=b\n"), [
      "ntp.internal",
      "10.20.0.123",
    ]);
    assert.deepEqual(timeServers("NTP=\n"), []);
  });
});
