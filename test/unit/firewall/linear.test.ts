import assert from "node:assert/strict";
import { compareTables, ruleMap } from "../../../src/firewall/readback/compare.ts";
import { parseTableText } from "../../../src/firewall/readback/listing.ts";
import { compilePolicyTable } from "../../../src/firewall/tables/policy-table.ts";
import { renderTable } from "../../../src/firewall/tables/table.ts";
import { compileWindowTable } from "../../../src/firewall/tables/window-table.ts";
import type { Edge, Hospital } from "../../../src/model/hospital.ts";
import { handMade, segment } from "../proof/hand-made.ts";

function many(count: number): Hospital {
  const hospital = handMade();
  const wards = Array.from({ length: count }, (_, index) => ({
    ...segment(`ward-${index}`, "administrative", 60),
    interfaces: [`vlan${index}`],
    cidrs: [`10.${100 + (index >> 8)}.${index & 255}.0/24`],
  }));
  return { ...hospital, segments: [...hospital.segments, ...wards] };
}

const policy = (count: number) => {
  const hospital = many(count);
  return renderTable(compilePolicyTable(hospital, hospital.edges[0] as Edge));
};

describe("the rulesets of a hospital with many segments", () => {
  it("grow with the segments, and not with their pairs", () => {
    for (const compile of [compilePolicyTable, compileWindowTable]) {
      const bytes = (count: number) => {
        const hospital = many(count);
        return renderTable(compile(hospital, hospital.edges[0] as Edge)).length;
      };
      assert.ok(bytes(800) < 2.2 * bytes(400), `${compile.name}: ${bytes(400)}, then ${bytes(800)} bytes`);
    }
    assert.ok(policy(100).length < 40_000, `${policy(100).length} bytes`);
  });

  it("tell an element that was taken out of a long set in one short line", () => {
    const wanted = parseTableText(policy(100));
    const live = parseTableText(policy(100).replace('"vlan7" : goto from-ward-7, ', ""));
    assert.ok(wanted !== null && live !== null);
    assert.deepEqual(compareTables(wanted, live), [
      'inet jeda lateral/openers: elements missing "vlan7" : goto from-ward-7',
    ]);
    const lost = Object.keys(ruleMap(wanted)).filter((key) => !(key in ruleMap(live)));
    assert.deepEqual(lost, ['lateral/openers 2 "vlan7" : goto from-ward-7']);
  });
});
