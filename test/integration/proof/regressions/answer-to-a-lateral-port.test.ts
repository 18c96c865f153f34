import { compare } from "../differential.ts";
import { layOut } from "../scene.ts";
import { agrees, hostAt, sharedKernel } from "../shared-kernel.ts";
import { small } from "./small.ts";

/**
 * Found by seed 1; the ruleset was wrong. NetBIOS clients speak from such a port themselves: with lateral rules
 * enforced and one direction allowed, the answers to it were dropped as if they had begun something.
 */
describe("regression: the answer to an allowed session whose client has a lateral port", () => {
  const kernel = sharedKernel();

  for (const lateral of ["enforce", "observe"] as const) {
    it(`passes (${lateral})`, async () => {
      const scene = layOut({ ...small, lateral, allow: [[0, 1]] });
      const opener = hostAt(scene, "ipv4", { kind: "segment", segment: "s0" });
      const server = hostAt(scene, "ipv4", { kind: "segment", segment: "s1" });
      const session = { opener, server, at: { protocol: "udp", port: 137 }, sourcePort: 138 } as const;
      agrees((await compare(kernel(), scene, [session])).disagreements);
    });
  }
});
