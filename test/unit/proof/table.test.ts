import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { JedaErrors } from "../../../src/model/errors.ts";
import { demandProof } from "../../../src/proof/gate.ts";
import { prove } from "../../../src/proof/prove.ts";
import { proofText } from "../../../src/proof/table.ts";
import { handMade, service, withSegment } from "./hand-made.ts";

const schema = JSON.parse(
  readFileSync(new URL("../../../schemas/proof.schema.json", import.meta.url), "utf8"),
);

describe("the flow table", () => {
  it("has one row where pairs and families fare alike, and says by which rule", () => {
    const text = proofText(prove(handMade()));
    const row = (start: string) => text.split("\n").find((line) => line.trim().startsWith(start)) ?? "";
    assert.match(row("office → internet"), /open +cut +cut +open +destination\/undeclared$/);
    assert.match(row("internet → office"), /open +cut +cut +open +incoming\/undeclared-source$/);
    assert.match(row("stranger in office → internet"), /open +cut +cut +open +outgoing\/undeclared-source$/);
    assert.match(row("backup → files (tcp/445)"), /cut +cut +open +cut +vault\/shut$/);
    assert.match(row("10.40.0.10 → backup"), /open +open +open +open/);
    assert.match(text, /each other \(tcp\/445\) +cut +cut +cut +cut +from-\*\/lateral/);
  });

  it("keeps the families apart where they differ", () => {
    const hospital = withSegment("office", { cidrs: ["10.20.0.0/16"] });
    const text = proofText(prove(hospital));
    assert.match(text, /office → internet \(IPv4\) +open +cut +cut +open +destination\/undeclared/);
    assert.match(text, /office → internet \(IPv6\) +open +cut +cut +open +outgoing\/undeclared-source/);
  });

  it("stays within 100 columns", () => {
    const names = ["registration-and-admission", "laboratory-information", "pharmacy-stock"];
    const services = names.map((name) => service(name, "clinical", { users: ["clinical", "office"] }));
    const allow = [{ from: "office", to: "clinical" }];
    const name =
      "The Regional General Hospital of a Very Long Name Indeed, Its Annexes, Clinics and Ambulances";
    const long = proofText(prove(handMade({ name, services, lateral: { mode: "observe", allow } })));
    assert.deepEqual(
      long.split("\n").filter((line) => line.length > 100),
      [],
    );
  });

  it("keeps its columns under their headings", () => {
    const names = ["registration", "pharmacy", "laboratories", "radiology"];
    const services = names.map((name) => service(name, "clinical", { users: ["office", "guest"] }));
    const lines = proofText(prove(handMade({ services }))).split("\n");
    const column = (lines[1] ?? "").indexOf("before");
    const rows = lines.filter((line) => /(open|cut) +(open|cut) +(open|cut) +(open|cut)/.test(line));
    assert.ok(rows.length > 10);
    for (const row of rows) assert.match(row.slice(column - 1), /^ (open|cut) /, row);
  });

  it("lists violations and hazards as sentences", () => {
    const window = { ...handMade().window, isolate: ["clinical"] };
    const text = proofText(prove(handMade({ window })));
    assert.match(text, /The window is refused\n {2}- clinical has role clinical and can never be isolated/);
    assert.match(text, /Hazards\n {2}- clinical is cut off/);
  });

  it("as JSON fits the published schema", () => {
    const validate = new Ajv2020().compile(schema);
    for (const hospital of [handMade(), withSegment("office", { interfaces: ["wan0"] })]) {
      const valid = validate(JSON.parse(JSON.stringify(prove(hospital))));
      assert.ok(valid, JSON.stringify(validate.errors));
    }
    assert.ok(!validate({ ...prove(handMade()), flows: [{}] }));
  });
});

describe("demandProof", () => {
  it("hands the proof of a sound window over", () => {
    assert.deepEqual(demandProof(handMade()), prove(handMade()));
  });

  it("refuses with every reason, and nothing changed", () => {
    const hospital = withSegment("office", { interfaces: ["wan0"], cidrs: ["10.10.1.0/24"] });
    assert.throws(
      () => demandProof(hospital),
      (error: unknown) => {
        assert.ok(error instanceof JedaErrors);
        assert.equal(error.errors.length, prove(hospital).violations.length);
        assert.ok(error.errors.length > 1);
        assert.ok(error.errors.every((one) => one.code === "REFUSED" && one.changed === "nothing"));
        return true;
      },
    );
  });
});
