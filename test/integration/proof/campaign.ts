/** Many hospitals, one topology: the kernel's namespaces stay, only addresses, rules and leases change. */
import fc from "fast-check";
import type { Hospital } from "../../../src/model/hospital.ts";
import { compare, type Disagreement } from "./differential.ts";
import { compareHost } from "./host-lock.ts";
import { Kernel } from "./kernel.ts";
import { mutate } from "./mutation.ts";
import { Random } from "./random.ts";
import { edgeServices, layOut, type Sketch, wireCount } from "./scene.ts";
import { compareSite } from "./site-differential.ts";
import { siteTables } from "./site-tables.ts";
import { sketch } from "./sketches.ts";
import { sceneOf } from "./stack-scene.ts";

export interface Campaign {
  readonly passed: number;
  readonly failed: number;
}

const shrinkingMs = 60_000;
const udpPorts = edgeServices.filter(({ protocol }) => protocol === "udp").map(({ port }) => port);

export function startKernel(): Promise<Kernel> {
  return Kernel.start(wireCount, udpPorts);
}

async function withKernel(
  seed: number,
  print: (line: string) => void,
  work: (kernel: Kernel) => Promise<Campaign>,
): Promise<Campaign> {
  print(`seed ${seed}`);
  const kernel = await startKernel();
  try {
    return await work(kernel);
  } finally {
    await kernel.stop();
  }
}

/** Stops at the first hospital that disagrees, and prints the smallest one that still does. */
export function fuzz(hospitals: number, seed: number, print: (line: string) => void): Promise<Campaign> {
  return withKernel(seed, print, async (kernel) => {
    const started = Date.now();
    let passed = 0;
    let packets = 0;
    let failedAt: number | null = null;
    let last: readonly Disagreement[] = [];
    const details = await fc.check(
      fc.asyncProperty(sketch, async (drawn: Sketch) => {
        // Good enough: whatever is found later than this counts as no smaller.
        if (failedAt !== null && Date.now() - failedAt > shrinkingMs) return true;
        const scene = layOut(drawn);
        const outcome = await compare(kernel, scene);
        const site = await compareSite(kernel, scene, siteTables(scene, new Random(drawn.seed)));
        const disagreements = [
          ...outcome.disagreements,
          ...(await compareHost(kernel, scene)),
          ...site.disagreements,
        ];
        if (disagreements.length > 0) {
          last = disagreements;
          failedAt ??= Date.now();
          return false;
        }
        if (failedAt !== null) return true;
        packets += outcome.packets + site.packets;
        passed++;
        if (passed % 25 === 0) print(`${passed} hospitals, ${packets} packets, ${seconds(started)} s`);
        return true;
      }),
      { numRuns: hospitals, seed },
    );
    if (!details.failed) {
      print(`${details.numRuns} hospitals, ${packets} packets, ${seconds(started)} s`);
      return { passed: details.numRuns, failed: 0 };
    }
    print(`the smallest hospital that disagrees (${details.numShrinks} shrinks):`);
    print(JSON.stringify(details.counterexample?.[0]));
    last.slice(0, 20).forEach((one) => {
      print(told(one));
    });
    if (details.errorInstance) print(String(details.errorInstance));
    return { passed, failed: 1 };
  });
}

/** A hospital that somebody wrote, as each of its edges sees it. */
export function tryEdges(hospital: Hospital, seed: number, print: (line: string) => void): Promise<Campaign> {
  return withKernel(seed, print, async (kernel) => {
    let passed = 0;
    for (const edge of hospital.edges) {
      const scene = sceneOf(hospital, edge, seed);
      const { packets, disagreements } = await compare(kernel, scene);
      const all = [...disagreements, ...(await compareHost(kernel, scene))];
      print(`${edge.name}: ${packets} packets, ${all.length} disagreements`);
      all.slice(0, 20).forEach((one) => {
        print(told(one));
      });
      if (all.length === 0) passed++;
    }
    return { passed, failed: hospital.edges.length - passed };
  });
}

/** Each kind of rule counts as one: passed where its lack is noticed. */
export function rulesMissed(
  hospitals: number,
  seed: number,
  print: (line: string) => void,
): Promise<Campaign> {
  return withKernel(seed, print, async (kernel) => {
    const { noticed, unnoticed } = await mutate(kernel, hospitals, seed, print);
    return { passed: noticed, failed: unnoticed.length };
  });
}

export function told({ phase, what, proof, kernel }: Disagreement): string {
  return `${phase}: ${what}\n    proof ${proof}; kernel ${kernel}`;
}

function seconds(since: number): number {
  return Math.round((Date.now() - since) / 1000);
}
