/** Whatever is tampered with turns the result non-ok, and the reason says what. */
import { equal, match, notEqual, ok } from "node:assert/strict";
import { NOT_PROVED, type SourceDriver } from "../../../src/model/driver.ts";
import { JedaError } from "../../../src/model/errors.ts";
import { FakeHospital } from "./fakes/hospital.ts";

interface Sabotage {
  readonly name: string;
  readonly tamper: (hospital: FakeHospital) => void;
  readonly result: string;
  readonly reason: RegExp;
}

const edgeOf = (hospital: FakeHospital) => {
  const [edge] = hospital.edges;
  if (edge === undefined) throw new Error("an edge");
  return edge;
};

const records = (driver: Partial<SourceDriver>) => (hospital: FakeHospital) => {
  hospital.drivers = { records: driver };
};

const sabotages: readonly Sabotage[] = [
  {
    name: "an edge that says it isolated and did not",
    tamper: (hospital) => {
      edgeOf(hospital).deafTo = new Set(["isolated_if", "isolated_v4", "isolated_v6"]);
    },
    result: "failed",
    reason: /its kernel does not hold it: isolated_if admi0 is missing/,
  },
  {
    name: "an isolation that a held connection survives",
    tamper: (hospital) => hospital.survivors.add("administrative"),
    result: "failed",
    reason: /isolation of administrative .*held 203\.0\.113\.10:80 is open, expected cut/,
  },
  {
    name: "rules that let new connections pass although the lease is there",
    tamper: (hospital) => {
      hospital.isolated = () => false;
    },
    result: "failed",
    reason: /isolation of administrative could not be proved: tcp 203\.0\.113\.10:80 is open/,
  },
  {
    name: "an isolation that also cuts the clinical segment",
    tamper: (hospital) => {
      const real = hospital.isolated.bind(hospital);
      hospital.isolated = (segment) => real(segment === "clinical" ? "guest" : segment);
    },
    result: "aborted",
    reason: /clinical is not to be isolated, but lost a connection/,
  },
  {
    name: "a dump that is cut short",
    tamper: records({
      backup: () => Promise.reject(new JedaError("BACKUP", "the dump ends before its last line")),
    }),
    result: "partial",
    reason: /records was not saved: the dump ends before its last line/,
  },
  {
    name: "a dump that is found short only when it is loaded",
    tamper: records({
      verify: async () => ({
        verified: false,
        findings: ["encounter: 9 rows, saved were 10"],
        proof: NOT_PROVED,
      }),
    }),
    result: "failed",
    reason: /verification of records failed: .*9 rows, saved were 10/,
  },
  {
    name: "the id of an old snapshot",
    tamper: records({
      backup: async () => ({ snapshot: "aaaa1111", bytes: 1, items: 1, findings: [], detail: null }),
    }),
    result: "failed",
    reason: /the snapshot aaaa1111 was there before the window began/,
  },
  {
    name: "the id of a snapshot that does not exist",
    tamper: records({
      backup: async () => ({ snapshot: "dddd4444", bytes: 1, items: 1, findings: [], detail: null }),
    }),
    result: "failed",
    reason: /the snapshot dddd4444 is not in the repository/,
  },
  {
    name: "a restored sample that was altered",
    tamper: (hospital) => {
      hospital.drivers = {
        "office-files": {
          verify: async () => ({ verified: false, findings: ["budget.xlsx differs"], proof: NOT_PROVED }),
        },
      };
    },
    result: "failed",
    reason: /verification of office-files failed: .*budget\.xlsx differs/,
  },
  {
    name: "a verification that crashes",
    tamper: records({ verify: () => Promise.reject(new Error("no space left")) }),
    result: "failed",
    reason: /the verification broke off: no space left/,
  },
  {
    name: "a damaged repository",
    tamper: (hospital) => {
      hospital.check = () => {
        throw new JedaError("VERIFY", "pack 12ab is damaged");
      };
    },
    result: "failed",
    reason: /the repository's check failed: pack 12ab is damaged/,
  },
  {
    name: "a vault lease that survives the release",
    tamper: (hospital) => {
      edgeOf(hospital).sticky = new Set(["vault_open"]);
    },
    result: "failed",
    reason: /the vault was left open: an edge still holds its lease/,
  },
  {
    name: "a backup host that can be reached at the end",
    tamper: (hospital) => {
      edgeOf(hospital).before = (command) => {
        if (command === "release") hospital.backupReachable = true;
      };
    },
    result: "failed",
    reason: /the vault was left open: .*tcp 10\.50\.0\.10:22 is open/,
  },
  {
    name: "a backup host that can be reached before the window",
    tamper: (hospital) => {
      hospital.backupReachable = true;
    },
    result: "failed",
    reason: /the backup host can be reached although no window is running/,
  },
  {
    name: "segments that do not come back",
    tamper: (hospital) => {
      edgeOf(hospital).sticky = new Set(["isolated_if"]);
    },
    result: "failed",
    reason: /the segment guest was not proved to be back/,
  },
  {
    name: "records that were acknowledged and are not stored",
    tamper: (hospital) => {
      hospital.storedRecords = 8;
    },
    result: "failed",
    reason: /2 of 10 acknowledged records were not stored/,
  },
  {
    name: "a clock of an edge that is an hour off",
    tamper: (hospital) => {
      const edge = edgeOf(hospital);
      const clock = edge.clock.bind(edge);
      edge.clock = async () => ({ ...(await clock()), wallMs: hospital.clock.wallMs() + 3_600_000 });
    },
    result: "failed",
    reason: /the wall clocks differ by 1h: the edge edge has 2017-05-15T01:00:00/,
  },
  {
    name: "a release that is never answered",
    tamper: (hospital) => {
      edgeOf(hospital).before = (command) =>
        command === "release" ? new Promise<void>(() => undefined) : undefined;
    },
    result: "failed",
    reason: /never confirmed the reconnection/,
  },
];

describe("sabotage of a window", () => {
  for (const { name, tamper, result, reason } of sabotages) {
    it(`is noticed: ${name}`, async () => {
      const hospital = new FakeHospital();
      tamper(hospital);
      const report = await hospital.run();
      equal(report.result, result, report.reasons.join("\n"));
      match(report.reasons.join("\n"), reason);
    });
  }

  it("never opens the vault on an isolation that was not proved", async () => {
    const hospital = new FakeHospital();
    hospital.survivors.add("guest");
    const report = await hospital.run();
    equal(report.vault.openedAt, null);
    ok(!edgeOf(hospital).calls.includes("lease vault"));
    notEqual(report.deadlines.reconnectedAt, null);
  });
});
