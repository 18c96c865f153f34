import { refuses } from "./hospital-yaml.ts";

describe("sources and services are refused with", () => {
  refuses([
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
          '      records: { url: "http://a/", source: files, query: SELECT 1 }\n      probe: {',
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
  ]);
});
