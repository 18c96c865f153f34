import { deepEqual } from "node:assert/strict";
import type { Described } from "../../../src/site-rules/declared-flows.ts";
import { lostSources } from "../../../src/site-rules/lost-sources.ts";
import { siteRows } from "../../../src/site-rules/rows.ts";
import { readSiteRuleset } from "../../../src/site-rules/ruleset.ts";

const source = { kind: "mariadb", credentials: "db", order: 0, port: 3306, database: "simrs" } as const;
const hospital: Described = {
  segments: [
    {
      name: "clinical",
      role: "clinical",
      interfaces: ["clin0"],
      cidrs: ["10.10.0.0/20", "2001:db8:10::/64"],
    },
    { name: "office", role: "administrative", interfaces: ["adm0"], cidrs: ["10.20.0.0/20"] },
    { name: "vault", role: "vault", interfaces: ["vault0"], cidrs: ["10.50.0.0/24", "2001:db8:50::/64"] },
  ],
  uplinks: [{ name: "internet", interface: "wan0", targets: ["203.0.113.10:80"] }],
  backupHost: { name: "backup", addresses: ["10.50.0.10", "2001:db8:50::10"], controlFrom: [] },
  sources: [
    { ...source, name: "records", segment: "clinical", host: "db" },
    { ...source, name: "payroll", segment: "office", host: "10.20.0.9" },
  ],
  services: [],
};

function lost(...rules: readonly string[]): readonly string[] {
  const head = "type filter hook forward priority filter; policy accept;";
  const text = `table inet site {\n\tchain forward {\n\t\t${[head, ...rules].join("\n\t\t")}\n\t}\n}\n`;
  const rows = siteRows("edge", readSiteRuleset(text), hospital);
  return lostSources(rows, hospital, hospital.sources).map(({ flow, row }) => `${flow.to} ${row.rule?.text}`);
}

describe("the sources that an edge's own tables take away", () => {
  it("are none where one family is left", () => {
    deepEqual(lost(), []);
    deepEqual(lost('iifname "vault0" oifname "clin0" meta nfproto ipv6 drop'), []);
  });

  it("are those that no family reaches, also where only the answers are dropped", () => {
    const rule = 'iifname "vault0" oifname "clin0" drop';
    deepEqual(lost(rule), [`records ${rule}`]);
    const answers = 'iifname "adm0" oifname "vault0" tcp sport 3306 drop';
    deepEqual(lost(answers), [`payroll ${answers}`]);
  });
});
