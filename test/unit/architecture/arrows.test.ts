/** The arrows between folders go one way, and docs/architecture.md names every folder. */
import { deepEqual, ok } from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { roomOf, rooms } from "./rooms.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const files = globSync("**/*.ts", { cwd: root, exclude: ["node_modules", "test", "**/node_modules"] });

/** Relative specifiers of static and dynamic imports, as paths from the repository's root. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, to = ""]) =>
    normalize(join(dirname(file), to)),
  );
}

describe("the arrows between folders", () => {
  const names = Object.keys(rooms);
  const used = new Set<string>();
  const wrong: string[] = [];
  for (const file of files) {
    const from = roomOf(file);
    for (const to of importsOf(file)) {
      const target = roomOf(to);
      if (from === target) continue;
      used.add(`${from} → ${target}`);
      const allowed =
        from !== null && target !== null && (target === "src/model" || rooms[from]?.includes(target));
      if (!allowed) wrong.push(`${file} imports ${to}`);
    }
  }

  it("are looked at in the whole tree", () => {
    ok(files.length > 300, `${files.length} files`);
    ok(used.size > 100, `${used.size} arrows`);
    deepEqual(
      files.filter((file) => roomOf(file) === null),
      [],
    );
  });

  it("are those that are declared, and no other: no source file imports a test", () => {
    deepEqual(wrong, []);
  });

  it("only go up the list, so that no two folders need each other", () => {
    for (const [index, room] of names.entries()) {
      const below = (rooms[room] ?? []).filter((other) => names.indexOf(other) >= index);
      deepEqual(below, [], `${room} imports what stands below it`);
    }
  });

  it("are all there: one that nobody needs any more is taken off the list", () => {
    const unused = names.flatMap((room) =>
      (rooms[room] ?? [])
        .filter((other) => !used.has(`${room} → ${other}`))
        .map((other) => `${room} → ${other}`),
    );
    deepEqual(unused, []);
  });
});

describe("docs/architecture.md", () => {
  const text = readFileSync(join(root, "docs/architecture.md"), "utf8");
  for (const room of Object.keys(rooms)) {
    it(`says what lives in ${room}`, () =>
      ok(text.includes(`| \`${room}\``) || text.includes(`\`${room}/\``), room));
  }
});

describe("what says of itself that it is pure", () => {
  /** They look at nothing outside: no file, process, network, clock or chance. */
  const effects =
    /from "node:(fs|fs\/promises|child_process|net|dns|os|http|https)"|from "execa"|\bprocess\.env\b|\bDate\.now\(|\bMath\.random\(/;
  const pure = [
    "src/model",
    "src/proof",
    "src/site-rules",
    "src/estimate",
    "src/network",
    "src/schedule",
    "src/window/report",
  ];
  pure.push("src/firewall/tables", "src/firewall/change", "src/window/verdict", "src/window/plan");
  it("does no input or output and asks no clock", () => {
    const found = files.filter(
      (file) =>
        pure.some((room) => file.startsWith(`${room}/`)) &&
        effects.test(readFileSync(join(root, file), "utf8")),
    );
    deepEqual(found, []);
  });
});
