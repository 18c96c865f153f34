import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { PlannedSegment } from "../../../src/model/plan.ts";
import { fold } from "../../../src/window/journal/status-from-journal.ts";
import { reportText } from "../../../src/window/report/text.ts";
import { FakeHospital } from "./fakes/hospital.ts";
import { plan } from "./fakes/plan.ts";

const rejecting = (uplink: string): string => `table inet reload {
	chain forward {
		type filter hook forward priority filter; policy accept;
		iifname "gues0" oifname "${uplink}" counter packets 3 bytes 180 reject with tcp reset
	}
}
`;
const ofGuest = (segment: string) => (segment === "guest" ? "refused" : "open") as "refused" | "open";
const withUplink = { ...plan, edges: plan.edges.map((edge) => ({ ...edge, uplinks: ["wan0"] })) };
const edgeOf = (hospital: FakeHospital) => {
  const [edge] = hospital.edges;
  ok(edge);
  return edge;
};

describe("a window on an edge with rules of the site's own", () => {
  it("has failed where a flow that was answered before is refused after it, and names the rule", async () => {
    const hospital = new FakeHospital(withUplink);
    edgeOf(hospital).before = (command) => {
      if (command !== "lease vault") return;
      edgeOf(hospital).siteRules = rejecting("wan0");
      hospital.answers = ofGuest;
    };
    const report = await hospital.run();
    equal(report.result, "failed");
    equal(report.segments.find(({ name }) => name === "guest")?.provedConnected, false);
    match(
      report.reasons.join("\n"),
      /guest was not proved to be back: tcp 203\.0\.113\.10:80 is refused, expected open/,
    );
    match(
      report.reasons.join("\n"),
      /rejected on edge by the site's own table inet reload, chain forward: iifname "gues0"/,
    );
  });

  it("has failed by a refusal alone, whoever it comes from", async () => {
    const hospital = new FakeHospital(withUplink);
    edgeOf(hospital).before = (command) => {
      if (command === "lease vault") hospital.answers = ofGuest;
    };
    const report = await hospital.run();
    equal(report.result, "failed");
    match(report.reasons.join("\n"), /guest was not proved to be back/);
  });

  it("goes on where a segment was closed all along, and says by which rule", async () => {
    const hospital = new FakeHospital(withUplink);
    edgeOf(hospital).siteRules = rejecting("wan0");
    hospital.answers = ofGuest;
    const report = await hospital.run();
    equal(report.result, "ok", report.reasons.join("\n"));
    const guest = report.segments.find(({ name }) => name === "guest");
    equal(guest?.provedConnected, null);
    equal(guest.closedBefore.length, 2);
    match(
      guest.closedBefore[0] ?? "",
      /203\.0\.113\.10:80, rejected on edge by the site's own table inet reload/,
    );
    match(report.siteRules.join("\n"), /guest → wan0 .* is rejected on edge/);
    match(reportText(report), /^guest .* closed before$/m);
  });

  it("refuses to begin there, where that is declared", async () => {
    const hospital = new FakeHospital({ ...withUplink, closedBefore: "refuse" });
    edgeOf(hospital).siteRules = rejecting("wan0");
    hospital.answers = ofGuest;
    const report = await hospital.run();
    equal(report.result, "failed");
    match(report.reasons.join("\n"), /from guest a flow is closed before the window: tcp .*chain forward/);
    ok(!edgeOf(hospital).calls.includes("lease"));
  });

  it("forgets what a preflight heard that died, when it is begun anew", async () => {
    const hospital = new FakeHospital(withUplink);
    edgeOf(hospital).siteRules = rejecting("wan0");
    hospital.answers = ofGuest;
    await hospital.run();
    const entries = hospital.recorder.entries;
    const isolating = entries.findIndex((entry) => entry.type === "state" && entry.state === "isolating");
    const died = entries.slice(0, isolating);
    const begun = died.find((entry) => entry.type === "state");
    ok(begun?.type === "state" && begun.state === "preflight");
    const { flows, siteRules } = fold(died);
    ok(flows.length > 0 && siteRules.length > 0);
    const anew = fold([...died, begun]);
    deepEqual([anew.flows, anew.siteRules], [[], []]);
  });

  it("says that what was closed is open afterwards", async () => {
    const hospital = new FakeHospital(withUplink);
    edgeOf(hospital).siteRules = rejecting("wan0");
    hospital.answers = ofGuest;
    edgeOf(hospital).before = (command) => {
      if (command !== "lease vault") return;
      edgeOf(hospital).siteRules = "";
      hospital.answers = () => "open";
    };
    const report = await hospital.run();
    equal(report.result, "partial");
    match(report.reasons.join("\n"), /from guest was closed before the window and is open after it/);
  });

  it("says of a segment that is kept that it was closed before, not that nobody asked", async () => {
    const hospital = new FakeHospital(withUplink);
    edgeOf(hospital).siteRules = rejecting("wan0").replace("gues0", "clin0");
    hospital.answers = (segment) => (segment === "clinical" ? "refused" : "open");
    const report = await hospital.run();
    equal(report.result, "ok", report.reasons.join("\n"));
    match(reportText(report), /Never cut: clinical \(closed before\)/);
  });

  it("takes a far end that refuses all along for what it is", async () => {
    const hospital = new FakeHospital(withUplink);
    hospital.answers = (_, target) => (target.startsWith("[") ? "refused" : "open");
    const report = await hospital.run();
    equal(report.result, "ok", report.reasons.join("\n"));
    deepEqual(
      report.segments.map(({ closedBefore }) => closedBefore),
      [[], []],
    );
  });

  it("is refused before anything is cut where the vault could not reach its sources, with what to add", async () => {
    const vault: PlannedSegment = {
      name: "vault",
      role: "vault",
      isolate: false,
      interfaces: ["vault0"],
      cidrs: ["10.50.0.0/24"],
    };
    const hospital = new FakeHospital({ ...withUplink, segments: [...withUplink.segments, vault] });
    edgeOf(hospital).siteRules = `table inet fw4 {
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state vmap { established : accept, related : accept }
		iifname "clin0" accept
		iifname "admi0" accept
		iifname "gues0" accept
	}
}
`;
    const report = await hospital.run();
    equal(report.result, "failed");
    const reasons = report.reasons.join("\n");
    match(
      reasons,
      /backup → records \(tcp\/3306\) is dropped on edge by the site's own table inet fw4, chain forward, by its policy drop/,
    );
    ok(edgeOf(hospital).calls.every((call) => !call.startsWith("lease")));
  });
});
