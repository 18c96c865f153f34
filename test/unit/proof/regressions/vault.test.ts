/** Where the proof was wrong and the kernel right: found by the differential test, pinned without a kernel. */
import assert from "node:assert/strict";
import type { Packet, Place } from "../../../../src/proof/proof-types.ts";
import { terrain } from "../../../../src/proof/topology.ts";
import { judge } from "../../../../src/proof/verdict.ts";
import { handMade } from "../hand-made.ts";

const ground = terrain(handMade());
const host: Place = { kind: "backup-host" };
const at = { protocol: "tcp", port: 445 } as const;

describe("regression: an address that is routed over another segment's wire, and the open vault", () => {
  const server: Place = { kind: "strayed", segment: "guest", claims: "office" };
  const packet: Packet = { from: host, to: server, family: "ipv4", at, begunBy: "sender" };

  it("is reached: the ruleset asks whose address it is, not which way it goes", () => {
    assert.equal(judge(ground, "vault-open", packet).flow, "open");
    assert.equal(judge(ground, "before", packet).flow, "cut");
  });

  it("is not reached where that way is an uplink", () => {
    assert.equal(judge(ground, "vault-open", { ...packet, to: { ...server, segment: null } }).flow, "cut");
  });
});

describe("regression: an ICMP error whose sender has an address of the vault", () => {
  const about = { opener: host, server: { kind: "segment", segment: "clinical" } } as const;
  const from = (segment: string | null): Place => ({ kind: "strayed", segment, claims: "vault" });
  const error = (segment: string | null): Packet => ({
    from: from(segment),
    to: host,
    family: "ipv6",
    at,
    begunBy: "receiver",
    about,
  });

  it("is a router's when it comes from a segment's wire", () => {
    assert.equal(judge(ground, "vault-open", error("clinical")).flow, "open");
    assert.equal(judge(ground, "after", error("clinical")).flow, "cut");
  });

  it("is nobody's when it comes from an uplink", () => {
    assert.equal(judge(ground, "vault-open", error(null)).flow, "cut");
  });
});
