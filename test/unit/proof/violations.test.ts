import assert from "node:assert/strict";
import type { Hospital } from "../../../src/model/hospital.ts";
import type { Finding } from "../../../src/proof/proof-types.ts";
import { prove } from "../../../src/proof/prove.ts";
import { handMade, segment, service, withSegment } from "./hand-made.ts";

function violations(hospital: Hospital): readonly Finding[] {
  return prove(hospital).violations;
}

function refused(hospital: Hospital, code: Finding["code"], words: RegExp): void {
  const found = violations(hospital);
  assert.ok(
    found.some((finding) => finding.code === code && words.test(finding.text)),
    `${code} ${words} not among ${JSON.stringify(found, null, 1)}`,
  );
}

describe("violations of the flow proof", () => {
  it("are none in a sound hospital", () => {
    assert.deepEqual(violations(handMade()), []);
  });

  describe("a service that must stay up", () => {
    it("is refused when it runs in an isolated segment and needs an uplink", () => {
      const services = [service("insurer", "office", { needs: [{ kind: "uplink", uplink: "internet" }] })];
      refused(
        handMade({ services }),
        "service-loses-path",
        /insurer needs internet by ipv4, cut for the whole window/,
      );
    });

    it("names those that would fail with it, however far down the need is", () => {
      const services = [
        service("registration", "clinical", { needs: [{ kind: "service", service: "claims" }] }),
        service("claims", "clinical", { needs: [{ kind: "service", service: "insurer" }] }),
        service("insurer", "office", { needs: [{ kind: "uplink", uplink: "internet" }] }),
      ];
      refused(
        handMade({ services }),
        "service-loses-path",
        /insurer.*claims, registration would fail with it/,
      );
    });

    it("ends where services need each other", () => {
      const services = [
        service("a", "office", {
          needs: [
            { kind: "service", service: "b" },
            { kind: "uplink", uplink: "internet" },
          ],
        }),
        service("b", "clinical", { needs: [{ kind: "service", service: "a" }] }),
      ];
      refused(handMade({ services }), "service-loses-path", /a needs internet.*; b would fail with it/);
    });

    it("is refused when its users need a port that enforced lateral rules drop", () => {
      const target = { kind: "tcp", host: "files.internal", port: 445 } as const;
      const services = [
        service("scans", "clinical", { users: ["office"], probe: { target, everyMs: 1000, tolerate: 1 } }),
      ];
      refused(
        handMade({ services }),
        "service-loses-path",
        /users in office reach scans.*at all times \(from-office\/lateral\)/,
      );
      const allow = [{ from: "office", to: "clinical" }];
      assert.deepEqual(violations(handMade({ services, lateral: { mode: "enforce", allow } })), []);
      assert.deepEqual(violations(handMade({ services, lateral: { mode: "observe", allow: [] } })), []);
    });

    it("is refused when it runs in the vault", () => {
      const services = [service("archive", "vault", { users: ["clinical"] })];
      refused(handMade({ services }), "service-loses-path", /reach archive.*vault\/shut/);
    });

    it("is refused when it needs something that is not described", () => {
      const services = [service("records", "clinical", { needs: [{ kind: "service", service: "dns" }] })];
      refused(handMade({ services }), "service-loses-path", /needs service dns, which is not described/);
    });

    it("keeps its path over an uplink from a clinical segment", () => {
      const services = [
        service("records", "clinical", {
          users: ["office", "clinical"],
          needs: [{ kind: "uplink", uplink: "internet" }],
        }),
      ];
      assert.deepEqual(violations(handMade({ services })), []);
    });
  });

  describe("a way out of isolation", () => {
    it("is a clinical, management or vault segment in the window's list", () => {
      for (const name of ["clinical", "management", "vault"]) {
        const window = { ...handMade().window, isolate: [name] };
        refused(handMade({ window }), "clinical-isolated", new RegExp(`${name} has role`));
      }
    });

    it("is a segment without an interface of the edge", () => {
      refused(withSegment("office", { interfaces: [] }), "way-out", /office names no interface/);
    });

    it("is an interface shared with an uplink", () => {
      refused(withSegment("office", { interfaces: ["wan0"] }), "way-out", /office and uplink internet share/);
    });

    it("is an interface shared with another segment", () => {
      refused(withSegment("office", { interfaces: ["eth10"] }), "overlap", /office and clinical share/);
    });

    it("is a prefix nested in another segment's", () => {
      const cidrs = ["10.10.7.0/24", "2001:db8:20::/48"];
      refused(
        withSegment("office", { cidrs }),
        "overlap",
        /10\.10\.7\.0\/24 of office overlaps 10\.10\.0\.0\/16 of clinical/,
      );
    });

    it("is a declared segment that holds what lies beyond an uplink", () => {
      refused(
        withSegment("clinical", { cidrs: ["10.10.0.0/16", "2001:db8:ffff::/48"] }),
        "way-out",
        /\[2001:db8:ffff::10\]:80, beyond uplink internet, lies inside the addresses that clinical declares/,
      );
    });
  });

  describe("the backup host", () => {
    const host = handMade().backupHost;

    it("is exposed outside a vault segment", () => {
      const backupHost = { ...host, addresses: ["10.20.0.10"] };
      refused(
        handMade({ backupHost }),
        "backup-host-exposed",
        /10\.20\.0\.10 in office, which is administrative/,
      );
      const lost = { ...host, addresses: ["192.0.2.1"] };
      refused(handMade({ backupHost: lost }), "backup-host-exposed", /in no described segment/);
    });

    it("is exposed when the vault shares a wire or a prefix", () => {
      refused(
        withSegment("vault", { interfaces: ["eth30"] }),
        "backup-host-exposed",
        /vault and guest share interface/,
      );
      refused(withSegment("vault", { interfaces: ["wan0"] }), "backup-host-exposed", /uplink internet share/);
      refused(withSegment("vault", { interfaces: [] }), "backup-host-exposed", /vault names no interface/);
      const cidrs = ["10.0.0.0/8", "2001:db8:50::/48"];
      refused(withSegment("vault", { cidrs }), "backup-host-exposed", /10\.0\.0\.0\/8 of vault overlaps/);
    });

    it("is exposed by a control path from anywhere but management", () => {
      for (const address of ["10.30.0.5", "198.51.100.1", "10.40.0.0/8"]) {
        const backupHost = { ...host, controlFrom: [address] };
        refused(handMade({ backupHost }), "backup-host-exposed", /the control path is open for/);
      }
    });

    it("must reach every source in one family at least", () => {
      const backupHost = { ...host, addresses: ["2001:db8:50::10"] };
      assert.deepEqual(violations(handMade({ backupHost })), []);
      const hospital = withSegment("office", { cidrs: ["10.20.0.0/16"] });
      refused(
        { ...hospital, backupHost },
        "source-unreachable",
        /files in office can't be reached by backup.*no address family in common/,
      );
    });

    it("must reach a source in every kind of segment, enforced lateral rules or not", () => {
      const segments = [...handMade().segments, segment("pharmacy", "administrative", 60)];
      const [source] = handMade().sources;
      assert.ok(source);
      const sources = [{ ...source, segment: "pharmacy" }];
      assert.deepEqual(violations(handMade({ segments, sources })), []);
      refused(
        handMade({ sources: [{ ...source, segment: "vault" }] }),
        "source-unreachable",
        /files in vault/,
      );
    });
  });
});
