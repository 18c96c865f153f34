import assert from "node:assert/strict";
import { aimOf, demandStack, lineFor } from "../../../src/cli/aim.ts";
import { JedaError } from "../../../src/model/errors.ts";

/** The repository has the stacks lab, production and staging. */
describe("which hospital a command means", () => {
  const saved = { JEDA_STACK: process.env.JEDA_STACK, JEDA_BACKUP_HOST: process.env.JEDA_BACKUP_HOST };
  const surroundings = (stack = "", host = ""): void => {
    process.env.JEDA_STACK = stack;
    process.env.JEDA_BACKUP_HOST = host;
  };
  beforeEach(() => surroundings());
  after(() => {
    for (const [name, value] of Object.entries(saved)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  const aim = (stack?: string, backup?: string) => aimOf({ stack, backup });
  const refused = (act: () => unknown): JedaError => {
    try {
      act();
    } catch (error) {
      assert.ok(error instanceof JedaError, String(error));
      assert.equal(error.code, "CONFIG");
      return error;
    }
    return assert.fail("it was not refused");
  };

  it("is said by --stack, by --backup, or by the environment", () => {
    assert.deepEqual(aim("production"), { destination: "vault-1", stack: "production" });
    assert.deepEqual(aim(undefined, "somewhere"), { destination: "somewhere", stack: undefined });
    surroundings("staging");
    assert.deepEqual(aim(), { destination: "staging-vault-1", stack: "staging" });
    assert.deepEqual(aim("production"), { destination: "vault-1", stack: "production" });
    surroundings("", "vault-1");
    assert.deepEqual(aim(), { destination: "vault-1", stack: undefined });
  });

  it("is never guessed: with nothing named there is a line for each stack", () => {
    const { message, hint = "" } = refused(() => aim());
    assert.match(message, /which hospital is meant/);
    for (const name of ["lab", "production", "staging"]) assert.match(hint, new RegExp(`--stack ${name}`));
  });

  it("is one: a backup host of another stack is refused, its own by any of its names is not", () => {
    assert.match(refused(() => aim("production", "staging-vault-1")).message, /that is vault-1/);
    assert.match(refused(() => aim("production", "backup")).message, /not the backup host/);
    for (const host of ["vault-1", "root@vault-1", "vault-1-read", "root@10.50.0.10", "2001:db8:50::10"]) {
      assert.equal(aim("production", host).destination, host);
    }
    surroundings("production", "backup");
    assert.match(refused(() => aim()).message, /JEDA_BACKUP_HOST backup is not the backup host/);
  });

  it("is not the environment's stack where another backup host is written", () => {
    surroundings("lab");
    assert.deepEqual(aim(undefined, "vault-1"), { destination: "vault-1", stack: undefined });
  });

  it("of a dead backup host is asked for, with the line of the stack that has it", () => {
    const { hint } = refused(() => demandStack("it is dead", "vault-1"));
    assert.match(hint ?? "", /--stack production/);
    assert.doesNotMatch(hint ?? "", /--stack (?:lab|staging)/);
  });

  it("is put into the line as it was typed", () => {
    assert.equal(
      lineFor("production", ["window", "release", "--reason", "listrik padam"]),
      "npm run -s jeda -- window release --stack production --reason 'listrik padam'",
    );
  });

  it("of a stack that is not there names the nearest", () => {
    try {
      aim("prodction");
      assert.fail("it was found");
    } catch (error) {
      assert.match(JSON.stringify((error as { errors?: unknown }).errors), /did you mean/);
    }
  });
});
