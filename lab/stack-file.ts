/** The stack file of a lab with two edges: the repository's own, with the second edge written into it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JedaError } from "../src/model/errors.ts";
import { repository } from "../toolchain/paths.ts";
import { twoEdgesFile } from "./state.ts";

const firstEdge = "    - name: edge\n";
const secondEdge = `    - name: edge2
      ssh: { read: edge2-read, window: edge2-window, policy: edge2-policy }
      uplinks:
        - { name: internet, on: wan0, targets: ["203.0.113.10:80", "[2001:db8:ffff::10]:80"] }
`;

/** Pure. Throws INTERNAL when the text has no edge to stand beside. */
export function withSecondEdge(text: string): string {
  if (!text.includes(firstEdge)) throw new JedaError("INTERNAL", "the lab's stack file has no edge in it");
  return text.replace(firstEdge, `${secondEdge}${firstEdge}`);
}

export function writeTwoEdges(id: string): void {
  const text = readFileSync(join(repository, "stacks/Pulumi.lab.yaml"), "utf8");
  writeFileSync(twoEdgesFile(id), withSecondEdge(text), { mode: 0o644 });
}

/** Words for Pulumi, in a lab of so many edges. */
export const stackFileWords = (id: string, edges: number): readonly string[] =>
  edges === 2 ? ["--config-file", twoEdgesFile(id)] : [];
