/** What the proof finds is shown where people look: `jeda proof` as text and as data, `pulumi preview`, the report. */
import assert from "node:assert/strict";
import { reportText } from "../../../src/window/report/text.ts";
import { FakeHospital } from "../../unit/window/fakes/hospital.ts";
import { plan as smallPlan } from "../../unit/window/fakes/plan.ts";
import { expected, hazardous, past } from "./hazardous.ts";
import { StackOfItsOwn } from "./stack-of-its-own.ts";

/** Lines of a terminal put together again. */
const unfolded = (text: string) => text.replaceAll(/\s+/g, " ");

describe("the flow proof in a preview", function () {
  this.timeout(240_000);
  let stack: StackOfItsOwn;
  before(async () => {
    stack = await StackOfItsOwn.make();
  });
  after(() => stack.remove());

  describe("of a hospital with every hazard", () => {
    before(async () => {
      stack.write(hazardous);
      await stack.pretendOutputs({ window: { saved: past } });
    });

    it("jeda proof lists them, as text and as data", async () => {
      const sources = Object.entries(past).map(([name, saved]) => ({ name, snapshot: "1f2e", ...saved }));
      const report = stack.writeJson("report.json", { sources });
      const state = { PULUMI_BACKEND_URL: "postgres://jeda:secret@10.30.0.9/jeda" };
      const [text, data] = await Promise.all([
        stack.proof(["--report", report], state),
        stack.proof(["--report", report, "--json"], state),
      ]);
      assert.equal(text.exitCode, 0, text.all);
      assert.equal(data.exitCode, 0, data.all);
      const { hazards } = JSON.parse(data.stdout) as { hazards: { code: string; text: string }[] };
      const backend = ["endpoint-behind-cut", /the Pulumi backend \(10\.30\.0\.9\) stands in guest/] as const;
      for (const [code, words] of [...expected, backend]) {
        assert.match(unfolded(text.stdout), words);
        assert.ok(
          hazards.some((hazard) => hazard.code === code && words.test(hazard.text)),
          `${code} ${words} not in ${JSON.stringify(hazards, null, 1)}`,
        );
      }
      assert.doesNotMatch(text.all + data.all, /secret/);
      assert.doesNotMatch(text.all, /clock \(/);
    });

    it("pulumi preview warns of them, and the plan carries them into the report", async () => {
      const { exitCode, all } = await stack.pulumi("preview", "--json");
      assert.equal(exitCode, 0, all);
      const warned = unfolded(all.replaceAll("\\n", " "));
      for (const [, words] of expected) assert.match(warned, new RegExp(`hazard: [^"]*${words.source}`));
      const { steps } = JSON.parse(all.slice(all.indexOf("{"), all.lastIndexOf("}") + 1)) as {
        steps: { urn: string; newState?: { inputs?: { stdin?: string } } }[];
      };
      const arm = steps.find(({ urn }) => urn.endsWith("::arm"));
      const plan = JSON.parse(arm?.newState?.inputs?.stdin ?? "null");
      const report = await new FakeHospital({ ...smallPlan, hazards: plan.hazards }).run();
      const shown = reportText(report);
      for (const [, words] of expected) {
        assert.ok(
          report.hazards.some((text) => words.test(text)),
          `${words} not in ${report.hazards}`,
        );
        assert.match(shown, words);
      }
    });
  });

  describe("of a hospital that breaks a promise", () => {
    async function refused(changes: Readonly<Record<string, unknown>>, ...reasons: readonly RegExp[]) {
      stack.write(changes);
      const { exitCode, all } = await stack.pulumi("preview");
      assert.notEqual(exitCode, 0, all);
      for (const reason of reasons) assert.match(unfolded(all), reason);
      assert.match(all, /nothing was changed/);
      assert.doesNotMatch(all, /\n\s+at .*:\d+:\d+/);
    }
    const segment = (name: string, role: string, number: number, more: object = {}) => ({
      name,
      role,
      on: `eth${number}`,
      cidrs: [`10.${number}.0.0/24`, `2001:db8:${number}::/64`],
      probePoint: `probe-${name}`,
      ...more,
    });
    const network = (administrative: object, ...others: object[]) => [
      segment("clinical", "clinical", 10),
      segment("administrative", "administrative", 20, administrative),
      segment("guest", "guest", 30),
      segment("management", "management", 40),
      segment("vault", "vault", 50),
      ...others,
    ];
    const edges = (...uplinks: object[]) => [
      {
        name: "edge",
        ssh: "nowhere.invalid",
        uplinks: [{ name: "internet", on: "wan0", targets: ["203.0.113.10:80"] }, ...uplinks],
      },
    ];

    it("refuses a way out by the other family, another uplink, or an overlapping prefix", async () => {
      await refused(
        {
          segments: network({
            on: ["eth20", "wan1"],
            cidrs: ["10.20.0.0/24", "2001:db8::/32", "10.10.0.128/25"],
          }),
          edges: edges({ name: "second", on: "wan1", targets: ["[2001:db8:ffff::10]:443"] }),
        },
        /\[2001:db8:ffff::10\]:443 lies in the segment administrative, not beyond the uplink/,
        /interface wan1 of an uplink already leads to segment administrative/,
        /10\.10\.0\.128\/25 of segment administrative overlaps 10\.10\.0\.0\/24 of segment clinical/,
        /2001:db8:10::\/64 of segment clinical|overlaps 2001:db8:/,
      );
    });

    it("refuses a control path from outside management, and a service that would lose what it needs", async () => {
      await refused(
        {
          backupHost: {
            ssh: "nowhere.invalid",
            addresses: ["10.50.0.10"],
            controlFrom: ["10.40.0.10", "203.0.113.9"],
            repository: "/srv/jeda/repository",
          },
          services: [
            {
              name: "registration",
              at: "clinical",
              users: ["clinical"],
              needs: ["claims"],
              probe: { http: "http://rekam-medis.internal/health" },
            },
            {
              name: "claims",
              at: "administrative",
              users: ["clinical"],
              needs: ["internet"],
              probe: { tcp: "claims.internal:443" },
            },
          ],
        },
        /backup-host-exposed: the control path is open for 203\.0\.113\.9 in no described segment/,
        /service-loses-path: claims needs internet by ipv4, cut for the whole window \(destination\/undeclared\); registration would fail/,
      );
    });

    it("refuses a backup host outside the vault, and one that clinical hosts may control", async () => {
      await refused(
        {
          backupHost: {
            ssh: "nowhere.invalid",
            addresses: ["10.20.0.10"],
            controlFrom: ["10.10.0.10"],
            repository: "/srv/jeda/repository",
          },
        },
        /10\.20\.0\.10 is not in the vault segment/,
        /10\.10\.0\.10 lies in the segment clinical/,
      );
    });
  });
});
