import { compare } from "../differential.ts";
import { layOut } from "../scene.ts";
import { agrees, hostAt, sharedKernel } from "../shared-kernel.ts";
import { small } from "./small.ts";

/**
 * Found by seed 7; the ruleset was wrong. The shut vault let ICMP errors through about any connection between a
 * management address and the backup host that was there before the ruleset, not about SSH alone.
 */
describe("regression: an ICMP error about another port than SSH's, over the control path", () => {
  const kernel = sharedKernel();

  for (const family of ["ipv4", "ipv6"] as const) {
    it(`is cut by the vault (${family})`, async () => {
      const blocks = [{ family, length: family === "ipv4" ? 24 : 64, gap: false, nested: false }] as const;
      const management = { role: "management", wires: 1, blocks, isolate: false } as const;
      const scene = layOut({ ...small, segments: [management, ...small.segments], control: 2 });
      const opener = hostAt(scene, family, { kind: "control" });
      const server = hostAt(scene, family, { kind: "backup-host" });
      // Each phase has errors about some sessions, by chance.
      const sessions = Array.from({ length: 12 }, (_, index) => ({
        opener,
        server,
        at: { protocol: "udp", port: 7655 } as const,
        sourcePort: 20_000 + index,
      }));
      agrees((await compare(kernel(), scene, sessions)).disagreements);
    });
  }
});
