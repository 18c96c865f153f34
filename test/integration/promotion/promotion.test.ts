/** Two stacks on one backend: what staging's state says, and whether production's preview believes it. */
import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { keyText, type Statement, signedBytes } from "../../../src/promotion/statement.ts";
import { repository } from "../../../toolchain/paths.ts";
import { ScratchProject } from "../toolchain/scratch-project.ts";

const hash = "c".repeat(64);

describe("promotion between two stacks", function () {
  this.timeout(240_000);
  let project: ScratchProject;
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const key = keyText(publicKey.export({ type: "spki", format: "der" }));
  const statement: Statement = {
    hospital: "RS Uji",
    id: "arm-1",
    result: "ok",
    runbookHash: hash,
    endedAt: new Date(Date.now() - 3_600_000).toISOString(),
  };
  const seal = { key, signature: sign(null, signedBytes(statement), privateKey).toString("base64") };

  const pulumi = async (stack: string, ...words: string[]) => {
    const { exitCode, all } = await execa(
      project.environment.pulumi,
      [...words, "--stack", stack, "--non-interactive"],
      {
        cwd: project.directory,
        env: project.environment.variables,
        all: true,
        reject: false,
        stdin: "ignore",
      },
    );
    return { exitCode: exitCode ?? -1, all };
  };
  const data = (value: object) => writeFileSync(join(project.directory, "data.json"), JSON.stringify(value));

  before(async () => {
    project = await ScratchProject.make();
    for (const stack of ["staging", "production"]) {
      await execa(project.environment.pulumi, ["stack", "init", stack, "--no-select"], {
        cwd: project.directory,
        env: project.environment.variables,
      });
    }
    project.program(`
import { readFileSync } from "node:fs";
import { demandPromotion } from "${join(repository, "src/promotion/stage.ts")}";
import { asRunErrorText } from "${join(repository, "src/errors/error-text.ts")}";
const data = JSON.parse(readFileSync("data.json", "utf8"));
async function main() {
  if (pulumi.getStack() === "staging") return { window: data.window };
  const reason = await demandPromotion({ promotion: data.promotion }, { hash: "${hash}" });
  return { reason: reason ?? null };
}
export default await main().catch((error) => { throw new pulumi.RunError(asRunErrorText(error)); });
`);
  });
  after(() => project.remove());

  const demand = { from: "staging", maxAgeMs: 86_400_000, key };
  async function production(promotion: object = demand) {
    data({ promotion });
    return await pulumi("production", "preview");
  }
  async function staging(window: object) {
    data({ window });
    const { exitCode, all } = await pulumi("staging", "up", "--yes", "--skip-preview");
    assert.equal(exitCode, 0, all);
  }

  it("refuses in the preview, without a trace, while staging has nothing", async () => {
    const { exitCode, all } = await production();
    assert.notEqual(exitCode, 0);
    assert.match(all, /the stack staging has not run a window to its end/);
    assert.match(all, /run the window on staging first/);
    assert.doesNotMatch(all, /at file:/);
  });

  it("lets it through by an override", async () => {
    const { exitCode, all } = await production({ ...demand, override: { reason: "the night of 15 May" } });
    assert.equal(exitCode, 0, all);
    assert.match(all, /the night of 15 May/);
  });

  it("believes what the backup host signed", async () => {
    await staging({ ...statement, seal });
    const { exitCode, all } = await production();
    assert.equal(exitCode, 0, all);
  });

  it("warns where no key is pinned", async () => {
    const { exitCode, all } = await production({ from: "staging", maxAgeMs: 86_400_000 });
    assert.equal(exitCode, 0, all);
    assert.match(all, /believed without a signature/);
  });

  it("refuses a state in which a failed window was made an ok one, or an old one a new one", async () => {
    await staging({ ...statement, endedAt: new Date().toISOString(), seal });
    const { exitCode, all } = await production();
    assert.notEqual(exitCode, 0);
    assert.match(all, /not what the backup host signed/);
  });

  it("says in one preview all that another stack's old window lacks", async () => {
    const other = generateKeyPairSync("ed25519");
    const foreign: Statement = {
      ...statement,
      result: "partial",
      runbookHash: "d".repeat(64),
      endedAt: new Date(Date.now() - 3 * 86_400_000).toISOString(),
    };
    const signature = sign(null, signedBytes(foreign), other.privateKey).toString("base64");
    const otherKey = keyText(other.publicKey.export({ type: "spki", format: "der" }));
    await staging({ ...foreign, seal: { key: otherKey, signature } });
    const { exitCode, all } = await production();
    assert.notEqual(exitCode, 0);
    assert.match(all, /the window arm-1 of staging is signed by another key than the pinned one/);
    assert.match(all, /ended partial, not ok/);
    assert.match(all, /ran another runbook \(dddddddd, this one is cccccccc\)/);
    assert.match(all, /longer ago than 1 days/);
  });

  it("refuses what nobody signed where a key is pinned", async () => {
    await staging(statement);
    const { exitCode, all } = await production();
    assert.notEqual(exitCode, 0);
    assert.match(all, /the window arm-1 of staging is not signed by its backup host/);
  });
});
