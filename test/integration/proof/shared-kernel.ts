/** One topology for all tests of a file, and what they say of disagreements. */
import assert from "node:assert/strict";
import { startKernel, told } from "./campaign.ts";
import type { Disagreement } from "./differential.ts";
import type { Kernel } from "./kernel.ts";
import type { Host, Scene } from "./scene.ts";

export function sharedKernel(): () => Kernel {
  let kernel: Kernel | undefined;
  before(async () => {
    kernel = await startKernel();
  });
  after(async () => {
    await kernel?.stop();
  });
  return () => {
    assert.ok(kernel);
    return kernel;
  };
}

export function agrees(disagreements: readonly Disagreement[]): void {
  const lines = disagreements.map(told);
  assert.equal(lines.length, 0, lines.join("\n"));
}

/** The first host of a scene that stands in such a place. */
export function hostAt(scene: Scene, family: Host["family"], wanted: Partial<Host["place"]>): Host {
  const host = scene.hosts.find(
    (one) =>
      one.family === family &&
      Object.entries(wanted).every(([key, value]) => Reflect.get(one.place, key) === value),
  );
  assert.ok(host, `no ${family} host at ${JSON.stringify(wanted)}`);
  return host;
}
