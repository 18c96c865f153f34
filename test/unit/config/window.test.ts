import { refuses } from "./hospital-yaml.ts";

describe("a window is refused with", () => {
  refuses([
    [
      "a clinical segment in the window",
      [["isolate: [office", "isolate: [clinical"]],
      { message: /clinical has the role clinical and can never be isolated/, at: "clinical, guest]" },
    ],
    [
      "a management segment in the window",
      [["isolate: [office", "isolate: [management"]],
      { message: /role management/ },
    ],
    ["the vault in the window", [["isolate: [office", "isolate: [vault"]], { message: /role vault/ }],
    [
      "a segment twice in the window",
      [["isolate: [office", "isolate: [guest"]],
      { message: /guest is written twice/ },
    ],
    [
      "nothing to isolate",
      [["isolate: [office, guest]", "isolate: []"]],
      { message: /isolate.*empty/, hint: /./ },
    ],
    [
      "a backup stop after the reconnection",
      [['"02:40"', '"03:10"']],
      {
        message: /backupStop \(3h 10m after the start\) is not before reconnectBy \(3h after/,
        at: '"03:10"',
      },
    ],
    [
      "a backup stop at the reconnection",
      [['"02:40"', '"03:00"']],
      { message: /backupStop .* is not before reconnectBy/ },
    ],
    [
      "a backup stop right before the reconnection",
      [['backupStop: "02:40"', "backupStop: 2h59m50s"]],
      { message: /backupStop is only 10s before reconnectBy/, hint: /leave 15s or more/, at: "2h59m50s" },
    ],
    [
      "a service that nobody would notice to be down",
      [
        [
          'probe: { http: "http://rm.internal/health" }',
          'probe: { http: "http://rm.internal/health", every: 5m, tolerate: 40 }',
        ],
      ],
      { message: /record may be silent for 3h 25m, longer than the whole window/, hint: /tolerate less/ },
    ],
    [
      "a start cutoff after the backup stop",
      [['"00:15"', '"02:45"']],
      { message: /startCutoff .* is not before backupStop/, at: '"02:45"' },
    ],
    ["a start cutoff at the start", [['"00:15"', '"00:00"']], { message: /cutoff is the start itself/ }],
    [
      "a longer isolation than the site allows",
      [["maxIsolation: 4h", "maxIsolation: 2h50m"]],
      { message: /3h after the start, but the site isolates for at most 2h 50m/, at: '"03:00"' },
    ],
    [
      "an unknown zone",
      [["Asia/Jakarta", "Asia/Jakarte"]],
      { message: /"Asia\/Jakarte" is not a time zone/, hint: /Asia\/Jakarta/, at: "Asia/Jakarte" },
    ],
    ["an offset as a zone", [["Asia/Jakarta", '"+07:00"']], { message: /is not a time zone of the IANA/ }],
    [
      "a clock time when the start is arm",
      [
        ['"2017-05-15T00:00"', "arm"],
        ['"00:15"', "1m"],
        ['"02:40"', "2m"],
      ],
      { message: /"03:00": a window that starts when it is armed/, at: '"03:00"' },
    ],
    [
      "a date that is not in the calendar",
      [["2017-05-15T00:00", "2017-02-30T00:00"]],
      { message: /not a date and time of the calendar/ },
    ],
    [
      "an offset that the zone doesn't have then",
      [["2017-05-15T00:00", "2017-05-15T00:00+09:00"]],
      { message: /another offset/, hint: /2017-05-14T22:00:00\+07:00/ },
    ],
    [
      "a runbook that does not exist",
      [["runbook: isolate-backup-reconnect", "runbook: isolate-backup-reconect"]],
      {
        message: /runbooks\/isolate-backup-reconect.yaml does not exist/,
        hint: /"isolate-backup-reconnect"/,
        at: "isolate-backup-reconect",
      },
    ],
    [
      "a runbook outside the folder",
      [["runbook: isolate-backup-reconnect", "runbook: ../stacks/x"]],
      { message: /not a usable name/ },
    ],
  ]);
});
