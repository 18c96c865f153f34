/** Every command that the README or the documentation shows is run by a test or by CI, and this says by which. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { findVerb } from "../../../src/cli/verb-table.ts";

const root = new URL("../../../", import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), "utf8");
const pages = [
  "README.md",
  ...readdirSync(new URL("docs/", root)).filter((name) => name.endsWith(".md")),
].map((name) => (name === "README.md" ? name : `docs/${name}`));

/** Words of the command, what runs it, and what in that file shows that it does. */
const runBy: readonly (readonly [RegExp, string, RegExp])[] = [
  [/^run lab( --.*)?$/, ".ci/run", /npm run -s lab -- /],
  [/^run lab:down$/, ".ci/run", /npm run -s lab:down/],
  [/^run lab:sh --/, ".ci/run", /npm run -s lab:sh -- edge nft list ruleset/],
  [/^run pulumi -- preview( |$)/, ".ci/run", /npm run -s pulumi -- preview --expect-no-changes/],
  [/^run pulumi -- stack output promotionKey/, ".ci/run", /stack output promotionKey/],
  [/^run pulumi -- stack output$/, ".ci/run", /npm run -s pulumi -- stack output/],
  [/^run pulumi -- stack init/, "test/integration/stages/postgres.test.ts", /"stack", "init"/],
  [/^run pulumi -- (cancel|refresh|up --stack)/, "test/integration/stages/postgres.test.ts", /cancel/],
  [/^run pulumi -- up .*--plan /, "test/lab/drift.test.ts", /--plan/],
  [/^run preview -- .*--save-plan/, "test/lab/drift.test.ts", /--save-plan/],
  [/^run preview -- --stack/, "test/integration/stages/preview.test.ts", /commands\/preview\.ts/],
  [/^run pulumi -- config set/, "test/integration/toolchain/program.test.ts", /"config", "set"/],
  [/^run pulumi -- ARG/, ".ci/run", /npm run -s pulumi --/],
  [/^run jeda -- (ARG|ARGS)/, ".ci/run", /npm run -s jeda --/],
  [/^run jeda -- window (status|report)/, ".ci/run", /npm run -s jeda -- window status/],
  [/^run jeda -- proof/, ".ci/run", /npm run -s jeda -- proof --stack production/],
  [/^run proof:fuzz/, "test/integration/proof/fuzz.test.ts", /fuzz\.ts/],
  [/^run drift( |$)/, "test/lab/drift.test.ts", /commands\/drift\.ts/],
  [/^run faults( |$)/, "test/faults/slice.test.ts", /runCell|run-cell|matrix/],
  [/^run bench( |$)/, "package.json", /"bench"/],
  [/^run (check|format)$/, ".ci/run", /npm run -s check/],
  [/^test( |$)/, ".ci/run", /npm test/],
  [/^ci( |$)/, "toolchain/run", /npm ci/],
];

interface Shown {
  readonly page: string;
  /** Without "npm", "-s" and a comment behind it. */
  readonly command: string;
}

function shown(program: RegExp): readonly Shown[] {
  return pages.flatMap((page) => {
    const text = read(page);
    const blocks = [...text.matchAll(/^(?: {4}|\t)(\S.*)$/gm), ...text.matchAll(/`([^`\n]+)`/g)];
    const fenced = [...text.matchAll(/^```[a-z]*\n([\s\S]*?)^```/gm)].flatMap(([, body = ""]) =>
      body.split("\n"),
    );
    return [...blocks.map(([, line = ""]) => line), ...fenced]
      .map((line) => line.replace(/\s+# .*$/, "").trim())
      .filter((line) => program.test(line))
      .map((command) => ({ page, command }));
  });
}

describe("the commands that the documentation shows", () => {
  const scripts = Object.keys(JSON.parse(read("package.json")).scripts);
  const npm = shown(/^npm (run |test\b|ci\b)/).map(({ page, command }) => ({
    page,
    command: command
      .replace(/^npm /, "")
      .replace(/^run (?:-s )?/, "run ")
      .trim(),
  }));

  it("are there", () => assert.ok(npm.length > 25, `${npm.length}`));

  for (const { page, command } of npm.filter((one) => one.command !== "run …")) {
    it(`${page}: npm ${command}`, () => {
      const script = /^run (\S+)/.exec(command)?.[1];
      if (script !== undefined) assert.ok(scripts.includes(script), `there is no script ${script}`);
      const found = runBy.find(([words]) => words.test(command));
      assert.ok(found, "nothing is known to run it: add it to a test or to CI, and here");
      const [, file, evidence] = found;
      assert.match(read(file), evidence, `${file} does not run it`);
    });
  }

  for (const { page, command } of shown(/^(bin\/)?jeda [a-z]/).filter(
    (one) => !/^jeda drift\b/.test(one.command),
  )) {
    it(`${page}: ${command} has a verb and options that exist`, () => {
      const words = command.replace(/^(bin\/)?jeda /, "").split(/[\s[\]]+/);
      if (words[0] !== "help") assert.ok(findVerb(words.filter((word) => /^[a-z]/.test(word))));
      const sources = readdirSync(new URL("src/cli/", root), { recursive: true })
        .map(String)
        .filter((name) => name.endsWith(".ts"))
        .map((name) => read(`src/cli/${name}`))
        .join("\n");
      for (const option of words.filter((word) => word.startsWith("--"))) {
        assert.match(sources, new RegExp(`\\b${option.slice(2)}\\b`), option);
      }
    });
  }
});
