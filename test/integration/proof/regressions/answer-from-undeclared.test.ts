import { compare } from "../differential.ts";
import { layOut } from "../scene.ts";
import { agrees, hostAt, sharedKernel } from "../shared-kernel.ts";
import { small } from "./small.ts";

/**
 * Found by seed 1; the ruleset was wrong. The open vault let in the answers to any connection that the backup host
 * had begun, also one from before the ruleset was there to an address that no segment declares.
 */
describe("regression: an answer from an undeclared address to an old connection of the backup host", () => {
  const kernel = sharedKernel();

  for (const family of ["ipv4", "ipv6"] as const) {
    for (const protocol of ["udp", "tcp"] as const) {
      it(`is cut while the vault is open (${family}, ${protocol})`, async () => {
        const scene = layOut(small);
        const opener = hostAt(scene, family, { kind: "backup-host" });
        const server = hostAt(scene, family, { kind: "undeclared" });
        const at = { protocol, port: 7080 };
        // Each phase tries old sessions in one direction, by chance: several, so that both are tried.
        const sessions = Array.from({ length: 12 }, (_, index) => ({
          opener,
          server,
          at,
          sourcePort: 20_000 + index,
        }));
        agrees((await compare(kernel(), scene, sessions)).disagreements);
      });
    }
  }
});
