import assert from "node:assert/strict";
import { shellQuote } from "../../../src/host/frame.ts";
import { sshFailure } from "../../../src/host/ssh-failure.ts";

describe("what ssh said", () => {
  const cases: [string, string][] = [
    ["@@@\n@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.", "HOST_KEY"],
    [
      "No ED25519 host key is known for edge and you have requested strict checking.\nHost key verification failed.",
      "HOST_KEY",
    ],
    ["root@10.0.0.1: Permission denied (publickey).", "CREDENTIALS"],
    ["ssh: connect to host 10.0.0.1 port 22: Connection timed out", "UNREACHABLE"],
    ["ssh: Could not resolve hostname edge: Name or service not known", "UNREACHABLE"],
    ["", "UNREACHABLE"],
  ];
  for (const [said, code] of cases) {
    it(`"${said.split("\n").at(-1)}" is ${code}, with the destination and a hint`, () => {
      const error = sshFailure("edge-read", said);
      assert.equal(error.code, code);
      assert.match(error.message, /edge-read/);
      assert.ok(error.hint);
    });
  }

  it("quotes what a shell would take apart, and nothing else", () => {
    assert.equal(shellQuote("10.20.0.0/24"), "10.20.0.0/24");
    assert.equal(shellQuote("it's"), `'it'\\''s'`);
    assert.equal(shellQuote(""), "''");
  });
});
