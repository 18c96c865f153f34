import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { loadFromStackFile } from "../../../src/config/load.ts";
import { fuzz } from "./campaign.ts";
import { compare } from "./differential.ts";
import { compareHost } from "./host-lock.ts";
import { agrees, sharedKernel } from "./shared-kernel.ts";
import { sceneOf } from "./stack-scene.ts";

const project = fileURLToPath(new URL("../../..", import.meta.url));

describe("the flow proof is true in a real kernel", () => {
  const kernel = sharedKernel();

  for (const stack of ["lab", "staging", "production"]) {
    it(`for every edge of the stack ${stack}`, async () => {
      const { hospital } = loadFromStackFile(stack, project);
      for (const edge of hospital.edges) {
        const scene = sceneOf(hospital, edge, 1);
        const { packets, disagreements } = await compare(kernel(), scene);
        agrees([...disagreements, ...(await compareHost(kernel(), scene))]);
        assert.ok(packets > 500, `only ${packets} packets were sent`);
      }
    });
  }
});

describe("the flow proof is true in a real kernel, for random hospitals", () => {
  // The same ones each time; new ones are every night's work (`npm run proof:fuzz`, .ci/nightly).
  const hospitals = Number(process.env.JEDA_PROOF_HOSPITALS ?? 50);
  const seed = Number(process.env.JEDA_PROOF_SEED ?? 20170515);

  it(`${hospitals} of them (seed ${seed})`, async function () {
    this.timeout(1_800_000);
    const lines: string[] = [];
    const { passed, failed } = await fuzz(hospitals, seed, (line) => {
      lines.push(line);
      console.log(`      ${line}`);
    });
    assert.equal(failed, 0, lines.join("\n"));
    assert.equal(passed, hospitals);
  });
});
