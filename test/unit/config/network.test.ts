import assert from "node:assert/strict";
import { errorsWith, refuses } from "./hospital-yaml.ts";

describe("a network is refused with", () => {
  refuses([
    [
      "overlapping prefixes, both named",
      [["10.30.0.0/24", "10.20.0.128/25"]],
      {
        message:
          /10\.20\.0\.128\/25 of segment guest overlaps 10\.20\.0\.0\/24 of segment office \(.*:6:\d+\)/,
        at: "10.20.0.128/25",
      },
    ],
    [
      "host bits in a prefix",
      [["10.30.0.0/24", "10.30.0.7/24"]],
      { message: /host bits/, hint: /10\.30\.0\.0\/24/, at: "10.30.0.7/24" },
    ],
    [
      "a prefix without a length",
      [["10.30.0.0/24", "10.30.0.7"]],
      { message: /has no length/, hint: /10\.30\.0\.7\/32/ },
    ],
    [
      "an interface of two segments",
      [["on: guest0", "on: adm1"]],
      { message: /interface adm1 of segment guest already leads to segment office/, at: "adm1, cidrs" },
    ],
    [
      "an interface of a segment and an uplink",
      [["on: wan0", "on: adm0"]],
      { message: /already leads to segment office/ },
    ],
    [
      "a backup host outside the vault",
      [["addresses: [10.50.0.10]", "addresses: [10.20.0.10]"]],
      { message: /10\.20\.0\.10 is not in the vault/, at: "10.20.0.10" },
    ],
    [
      "control from a segment of people",
      [["controlFrom: [10.40.0.10]", "controlFrom: [10.30.0.10]"]],
      { message: /10\.30\.0\.10 lies in the segment guest/ },
    ],
    [
      "one of jeda's own tables declared as the site's",
      [["ssh: edge\n", 'ssh: edge\n      knownTables: ["inet jeda_window"]\n']],
      { message: /"inet jeda_window" is not a table of the site's own/, at: '"inet jeda_window"' },
    ],
    [
      "a known table's hook without a priority",
      [["ssh: edge\n", "ssh: edge\n      knownTables: [{ table: ip nat, hooks: [prerouting] }]\n"]],
      { message: /"prerouting" is not a hook with a priority/, hint: /prerouting -100/ },
    ],
    [
      "no vault",
      [["role: vault", "role: management"]],
      { message: /exactly one segment must have the role vault; there are 0/ },
    ],
    [
      "a target inside a segment",
      [["203.0.113.10:80", "10.10.0.9:80"]],
      { message: /lies in the segment clinical, not beyond the uplink/ },
    ],
  ]);

  it("overlapping IPv6 prefixes, each pair named", () => {
    const errors = errorsWith(["[10.30.0.0/24]", '["2001:db8::/32"]']);
    assert.equal(errors.length, 2);
    assert.match(
      errors[0]?.message ?? "",
      /2001:db8::\/32 of segment guest overlaps 2001:db8:10::\/64 of segment clinical/,
    );
    assert.match(
      errors[1]?.message ?? "",
      /2001:db8:50::\/64 of segment vault overlaps 2001:db8::\/32 of segment guest/,
    );
  });
});
