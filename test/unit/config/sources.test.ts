import assert from "node:assert/strict";
import { edited, loadText, type Refusal, refuses } from "./hospital-yaml.ts";

describe("sources and services are refused with", () => {
  refuses([
    [
      "a probe of an address in another segment",
      [["http://rm.internal/health", "http://10.20.0.9/health"]],
      { message: /its probe asks 10\.20\.0\.9, which is not in the segment clinical/, hint: /field at/ },
    ],
    [
      "credentials of a source without a user",
      [["records: { user: backup, password", "records: { password"]],
      { message: /has no user, and a source needs one/, at: "records: { password" },
    ],
    [
      "a source that is neither kind",
      [["smb: //files.internal/office, ", ""]],
      { message: /does not say what it is/, hint: /smb/ },
    ],
    [
      "a share that is not one",
      [["//files.internal/office", "files.internal/office"]],
      { message: /is not a share/ },
    ],
    [
      "an exclude that leaves everything out",
      [["smb: //files.internal/office", 'exclude: ["**/*"], smb: //files.internal/office']],
      { message: /"\*\*\/\*" leaves everything out/, hint: /Thumbs\.db/ },
    ],
    [
      "an exclude that is no path inside the share",
      [["smb: //files.internal/office", 'exclude: ["../lain"], smb: //files.internal/office']],
      { message: /"\.\.\/lain" is not a pattern/ },
    ],
    [
      "a canary that exclude leaves out",
      [
        [
          "smb: //files.internal/office",
          'exclude: ["*.tmp"], canaries: [a/b.TMP], smb: //files.internal/office',
        ],
      ],
      { message: /exclude leaves the canary "a\/b\.TMP" out/, hint: /narrow exclude/ },
    ],
    [
      "a share that is proved within no window",
      [["smb: //files.internal/office", "proof: { everyWindows: 0 }, smb: //files.internal/office"]],
      { message: /a number of windows/, hint: /whole number from 1 to 366/ },
    ],
    [
      "a standstill that is none",
      [["smb: //files.internal/office", "standstill: 10ms, smb: //files.internal/office"]],
      { message: /too short/ },
    ],
    [
      "a source in no segment",
      [["from: office", "from: ofice"]],
      { message: /there is no segment "ofice"/, hint: /"office"/, at: "ofice" },
    ],
    [
      "a source whose address is elsewhere",
      [["host: simrs.internal", "host: 10.20.0.5"]],
      { message: /10\.20\.0\.5 is not in the segment clinical/ },
    ],
    [
      "credentials that do not exist",
      [["    files: {", "    fils: {"]],
      { message: /no credentials named "files"/, hint: /"fils".*config set --secret/ },
    ],
    [
      "a need that names nothing",
      [["needs: [internet]", "needs: [internt]"]],
      {
        message: /"internt" is neither a service, a segment nor an uplink/,
        hint: /"internet"/,
        at: "internt",
      },
    ],
    [
      "a service that needs itself",
      [["needs: [internet]", "needs: [record]"]],
      { message: /can't need itself/ },
    ],
    [
      "a probe of two kinds",
      [['{ http: "http://rm.internal/health" }', '{ http: "http://rm.internal/health", tcp: "a:1" }']],
      { message: /needs either http or tcp/ },
    ],
    [
      "records of a share",
      [
        [
          "      probe: {",
          '      records: { url: "http://a/", source: files, query: SELECT COUNT(*) FROM a }\n      probe: {',
        ],
      ],
      { message: /no mariadb source "files"/ },
    ],
    [
      "a query that changes something",
      [
        [
          "      probe: {",
          '      records: { url: "http://a/", source: records, query: "SELECT 1; DROP TABLE x" }\n      probe: {',
        ],
      ],
      { message: /not a single SELECT/ },
    ],
    ...(
      [
        ["waits", "SELECT SLEEP(9999)", /calls "SLEEP"/],
        ["waits under another spelling", "SELECT `sleep` (9999)", /calls "`sleep`"/],
        ["takes a lock", "SELECT COUNT(*) FROM a WHERE GET_LOCK('x', 10)", /calls "GET_LOCK"/],
        ["burns time", "SELECT BENCHMARK(1000000000, 1)", /calls "BENCHMARK"/],
        ["reads files", "SELECT LENGTH(LOAD_FILE('/etc/passwd'))", /calls "LOAD_FILE"/],
        ["calls a routine", "SELECT simrs.wipe()", /calls "wipe"/],
        ["writes a file", "SELECT COUNT(*) FROM a INTO OUTFILE '/tmp/x'", /must not say "INTO"/],
        ["writes a file behind a number", "SELECT 1.5into outfile '/tmp/x'", /a count needs no "1"/],
        ["locks rows", "SELECT COUNT(*) FROM a FOR UPDATE", /must not say "FOR"/],
        ["locks rows for reading", "SELECT COUNT(*) FROM a LOCK IN SHARE MODE", /must not say "LOCK"/],
        ["counts a sequence up", "SELECT NEXT VALUE FOR s", /must not say "NEXT"/],
        ["hides a word in a comment", "SELECT 1 /*! INTO OUTFILE 'x' */", /has a comment/],
        ["leaves a quote open", "SELECT 'a", /needs no "'"/],
        ["leaves a bracket open", "SELECT COUNT(*", /leaves a bracket open/],
        ["sets a variable", "SELECT @a := 1", /needs no "@"/],
        ["is none", "DELETE FROM entri", /not a single SELECT/],
        ["reads no table", "SELECT 1", /reads no table/],
        ["computes only", "SELECT COUNT(*)", /reads no table/],
        ["reads a table that holds nothing", "SELECT COUNT(*) FROM dual", /reads no table/],
        ["only speaks of FROM", "SELECT 'a FROM b', 1 AS `from`", /reads no table/],
        ["takes a part of a text", "SELECT LENGTH(TRIM('x' FROM y))", /reads no table/],
        ["reads a table made up on the spot", "SELECT COUNT(*) FROM (SELECT 1) AS t", /reads no table/],
        ["answers the same always", "SELECT 250 AS stored FROM entri", /answers the same/],
        ["computes the same always", "SELECT 2 * 3 FROM entri LIMIT 1", /answers the same/],
      ] as const
    ).map(([what, query, message]): Refusal => {
      const records = `records: { url: "http://a/", source: records, query: ${JSON.stringify(query)} }`;
      return [`a query that ${what}`, [["      probe: {", `      ${records}\n      probe: {`]], { message }];
    }),
    ...(
      [
        ["every: 1ms", /"1ms" is too short/],
        ['tolerate: "10"', /how many failures in a row are tolerated, not "10"/],
        ["tolerate: 1_0", /1_0: a number that YAML readers understand differently/],
        ["tolerate: 010", /010: a number/],
        ["every: 6h", /"6h" is too long/],
        ["every: 0s", /is no time at all/],
        ["tolerate: 0", /how many failures/],
      ] as const
    ).map(
      ([field, message]): Refusal => [
        `a probe with ${field}`,
        [['{ http: "http://rm.internal/health" }', `{ http: "http://rm.internal/health", ${field} }`]],
        { message, hint: /^write / },
      ],
    ),
    ...[
      "http://127.0.0.1/",
      "http://localhost:8080/",
      "http://0x7f.1/",
      "http://[::1]/",
      "http://224.0.0.1/",
    ].map(
      (url): Refusal => [
        `a probe of ${url}, which is another host wherever it is asked`,
        [["http://rm.internal/health", url]],
        { message: /means itself by it|multicast/, at: `"${url}"` },
      ],
    ),
    ...["http://a/[1-9999]", "http://a/{b,c}", "http://a b/", "http://a:0/", "http://a/`id`"].map(
      (url): Refusal => [
        `an address like ${url}`,
        [["http://rm.internal/health", url]],
        { message: /is not an http or https address/, at: `"${url}"` },
      ],
    ),
  ]);

  it("a share's host is taken by its address of IPv6, with brackets as in a URL or without", () => {
    for (const smb of ['"//[2001:db8:20::10]/office"', '"//2001:db8:20::10/office"']) {
      const { hospital } = loadText(
        edited(["//files.internal/office", smb], ["cidrs: 10.20.0.0/24", 'cidrs: "2001:db8:20::/64"']),
      );
      const source = hospital.sources[1];
      assert.equal(source?.kind === "smb" && source.host, "2001:db8:20::10");
    }
  });

  it("a network of two addresses or one has hosts at both its ends", () => {
    for (const [network, address] of [
      ["10.50.0.0/31", "10.50.0.0"],
      ["10.50.0.0/31", "10.50.0.1"],
      ["10.50.0.7/32", "10.50.0.7"],
    ] as const) {
      loadText(edited(["10.50.0.0/24", network], ["addresses: [10.50.0.10]", `addresses: [${address}]`]));
    }
  });

  it("what a share leaves out, how it is proved and when it stands still is taken", () => {
    const written =
      'exclude: ["*.tmp", "Arsip/**/cache"], proof: { everyWindows: 7 }, standstill: 5m, smb: //files';
    const { hospital } = loadText(edited(["smb: //files", written]));
    const share = hospital.sources.find(({ kind }) => kind === "smb");
    assert.ok(share?.kind === "smb");
    assert.deepEqual(share.exclude, ["*.tmp", "Arsip/**/cache"]);
    assert.equal(share.proveWithinWindows, 7);
    assert.equal(share.standstillMs, 300_000);
  });

  it("what a count can need is taken", () => {
    for (const query of [
      "SELECT COUNT(*) FROM entri",
      "SELECT COUNT(*)FROM`entri`",
      "SELECT * FROM entri_counted",
      "SELECT e.* FROM entri_counted e",
      "SELECT `dual` FROM entri_counted",
      "SELECT COUNT(*) FROM (SELECT id FROM entri UNION SELECT id FROM arsip) AS semua",
      "SELECT SUM(TRIM('x' FROM jumlah)) FROM entri",
      "select count(distinct e.id) from entri e join pasien p on (p.id = e.pasien) where e.`at` >= '2017-05-14'",
      "SELECT (SELECT COUNT(*) FROM a) + (SELECT COUNT(*) FROM b WHERE lock_state = 'it''s' AND t.lock IN (1, 2.5))",
    ]) {
      const records = `records: { url: "http://127.0.0.1/", source: records, query: ${JSON.stringify(query)} }`;
      const { hospital } = loadText(edited(["      probe: {", `      ${records}\n      probe: {`]));
      assert.equal(hospital.services[0]?.records?.query, query);
    }
  });
});
