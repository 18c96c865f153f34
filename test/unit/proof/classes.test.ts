import assert from "node:assert/strict";
import fc from "fast-check";
import type { Hospital, Need, Service } from "../../../src/model/hospital.ts";
import { classesOf } from "../../../src/proof/classes.ts";
import { flows } from "../../../src/proof/flows.ts";
import type { FlowLine } from "../../../src/proof/proof-types.ts";
import { prove } from "../../../src/proof/prove.ts";
import { rowsOf } from "../../../src/proof/rows.ts";
import { ofEach } from "../../../src/proof/rules.ts";
import { proofText } from "../../../src/proof/table.ts";
import { terrain } from "../../../src/proof/topology.ts";
import { lostPaths } from "../../../src/proof/violations/services.ts";
import { vaultBreaches } from "../../../src/proof/violations/vault.ts";
import { waysOut } from "../../../src/proof/violations/ways-out.ts";
import { layOut } from "../../integration/proof/scene.ts";
import { sketch } from "../../integration/proof/sketches.ts";
import { handMade, segment, service } from "./hand-made.ts";
import { pairwiseFlows } from "./pairwise.ts";

/** Hospitals of the differential test, with services, sources and windows that a configuration would refuse too. */
const hospitals: fc.Arbitrary<Hospital> = fc
  .record({
    sketch,
    services: fc.array(
      fc.record({
        at: fc.nat(12),
        users: fc.uniqueArray(fc.nat(12), { maxLength: 12 }),
        needs: fc.array(fc.tuple(fc.constantFrom("service", "segment", "uplink"), fc.nat(12)), {
          maxLength: 3,
        }),
        port: fc.constantFrom(80, 445, 22, 3389),
      }),
      { maxLength: 4 },
    ),
    isolateAlso: fc.array(fc.nat(12), { maxLength: 2 }),
    share: fc.boolean(),
  })
  .map(({ sketch: drawn, services, isolateAlso, share }) => {
    const { hospital } = layOut(drawn);
    const names = hospital.segments.map(({ name }) => name);
    const pick = (at: number) => names[at % names.length] ?? "";
    const need = ([kind, at]: readonly [string, number]): Need =>
      kind === "service"
        ? { kind, service: `service${at % Math.max(1, services.length)}` }
        : kind === "segment"
          ? { kind, segment: pick(at) }
          : { kind: "uplink", uplink: `up${at % 4}` };
    const [first, ...others] = hospital.segments;
    return {
      ...hospital,
      segments:
        first === undefined || !share
          ? hospital.segments
          : [first, ...others.map((one) => sharing(one, first))],
      services: services.map(
        ({ at, users, needs, port }, index): Service => ({
          ...service(`service${index}`, pick(at)),
          users: [...new Set(users.map(pick))],
          needs: needs.map(need),
          probe: { target: { kind: "tcp", host: "service.internal", port }, everyMs: 1000, tolerate: 3 },
        }),
      ),
      sources: names.flatMap((name, index) =>
        handMade().sources.map((one) => ({ ...one, name: `source${index}`, segment: name })),
      ),
      window: {
        ...hospital.window,
        isolate: [...new Set([...hospital.window.isolate, ...isolateAlso.map(pick)])],
      },
    };
  });

function sharing(one: Hospital["segments"][number], with_: Hospital["segments"][number]) {
  return one.name === "s1" ? { ...one, cidrs: [...one.cidrs, ...with_.cidrs.slice(0, 1)] } : one;
}

/** "kind from → to family port" → its fate in each phase. */
function expanded(lines: readonly FlowLine[]): ReadonlyMap<string, string> {
  const fates = new Map<string, string>();
  for (const { kind, from, to, except, family, at, phases } of lines) {
    const fate = Object.values(phases).map(({ flow, rule }) => `${flow} ${ofEach(rule)}`);
    for (const one of from) {
      for (const other of to) {
        const among = kind === "segment-segment" && one === other;
        if (among || except.some((pair) => pair.from === one && pair.to === other)) continue;
        const key = `${kind} ${one} → ${other} ${family} ${at?.protocol}/${at?.port}`;
        assert.ok(!fates.has(key) || fates.get(key) === fate.join(), `${key} has two fates`);
        fates.set(key, fate.join());
      }
    }
  }
  return fates;
}

function sorted(fates: ReadonlyMap<string, string>): readonly string[] {
  return [...fates].map(([key, fate]) => `${key}: ${fate}`).sort();
}

describe("the proof by classes", () => {
  it("says of every pair of every hospital what judging the pair by itself says", () => {
    fc.assert(
      fc.property(hospitals, (hospital) => {
        const ground = terrain(hospital);
        const lines = flows(ground, classesOf(ground));
        assert.deepEqual(sorted(expanded(lines)), sorted(expanded(pairwiseFlows(ground))));
      }),
      { numRuns: 60 },
    );
  }).timeout(60_000);

  it("refuses for the same reasons, and no window that would be let pass pair by pair", () => {
    fc.assert(
      fc.property(hospitals, (hospital) => {
        const ground = terrain(hospital);
        const lines = pairwiseFlows(ground);
        const pairwise = [
          ...waysOut(ground, lines),
          ...vaultBreaches(ground, lines),
          ...lostPaths(ground, lines),
        ];
        const codes = (found: readonly { readonly code: string }[]) =>
          [...new Set(found.map(({ code }) => code))].sort();
        assert.deepEqual(codes(prove(hospital).violations), codes(pairwise));
      }),
      { numRuns: 60 },
    );
  }).timeout(60_000);

  it("shows no pair in two rows", () => {
    fc.assert(
      fc.property(hospitals, (hospital) => {
        const ground = terrain(hospital);
        const between = flows(ground, classesOf(ground)).filter(({ kind }) => kind === "segment-segment");
        for (const port of ["", "tcp/445"]) {
          const rows = rowsOf(between).filter(({ detail }) => detail.startsWith("tcp/445") === (port !== ""));
          const pairs = rows.flatMap(({ from, to, detail }) =>
            from.flatMap((one) =>
              (to.length === 0 ? from : to)
                .filter((other) => other !== one)
                .map((other) => `${one} → ${other} ${/IPv[46]/.exec(detail)?.[0] ?? ""}`),
            ),
          );
          const exceptions = hospital.lateral.allow.length > 0 && port !== "";
          if (!exceptions) assert.equal(new Set(pairs).size, pairs.length);
        }
      }),
      { numRuns: 30 },
    );
  }).timeout(60_000);

  describe("of a hospital with many segments", () => {
    const many = (count: number): Hospital => {
      const { segments, window, ...rest } = handMade();
      const wards = Array.from({ length: count }, (_, index) => ({
        ...segment(`ward-${index}`, "administrative", 60),
        interfaces: [`vlan${index}`],
        cidrs: [`10.${100 + (index >> 8)}.${index & 255}.0/24`],
      }));
      const isolate = [...window.isolate, ...wards.map(({ name }) => name)];
      const services = Array.from({ length: 20 }, (_, index) =>
        service(`service-${index}`, "clinical", { users: wards.map(({ name }) => name) }),
      );
      return { ...rest, segments: [...segments, ...wards], services, window: { ...window, isolate } };
    };

    it("has as many lines for thirty of them as for three hundred", () => {
      const [few, more] = [prove(many(30)), prove(many(300))];
      assert.equal(few.flows.length, more.flows.length);
      assert.deepEqual(
        few.classes.map(({ segments }) => segments.length),
        [3, 1, 30],
      );
      assert.deepEqual(
        more.classes.map(({ segments }) => segments.length),
        [3, 1, 300],
      );
      assert.equal(proofText(few).split("\n").length, proofText(more).split("\n").length);
    });

    it("names some of them, and all of them by request", () => {
      const proof = prove(many(300));
      assert.match(proofText(proof), /ward-0, ward-1, ward-2 and 297 more/);
      assert.doesNotMatch(proofText(proof), /ward-217/);
      assert.match(proofText(proof, true), /ward-217/);
    });

    it("is as JSON no longer than its names are often written", () => {
      const bytes = (count: number) => JSON.stringify(prove(many(count))).length;
      assert.ok(bytes(400) < 2.2 * bytes(200), `${bytes(400)} and ${bytes(200)} bytes`);
    });
  });
});
