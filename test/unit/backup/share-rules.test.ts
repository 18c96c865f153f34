/** What a share's listing leaves out, where links go round, and whose turn it is to be compared. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  chanceOfMissing,
  nextTurn,
  type ProvedTurn,
  turnOf,
  waitingSince,
} from "../../../src/backup/share/proof-turn.ts";
import { explainGaps } from "../../../src/backup/share/share-completeness.ts";
import { watchLoops } from "../../../src/backup/share/share-loops.ts";
import { hasMadeName } from "../../../src/backup/share/short-names.ts";
import { excludedBy, resticExcludes } from "../../../src/model/share-excludes.ts";

describe("what is excluded of a share", () => {
  it("is a name anywhere, or a path from the share's root, with all that is in it", () => {
    const excluded = excludedBy(["Thumbs.db", "*.tmp", "Arsip/**/cache", "a?c/[x]"]);
    for (const path of [
      "thumbs.DB",
      "a/b/Thumbs.db",
      "x.tmp",
      "d.tmp/e",
      "Arsip/cache/f",
      "arsip/a/b/CACHE",
      "abc/[x]",
    ]) {
      assert.ok(excluded(path), path);
    }
    for (const path of [
      "Thumbs.dbx",
      "x.tmpx",
      "tmp",
      "cache",
      "b/Arsip/cache",
      "Arsip/cached",
      "abbc/[x]",
      "abc/x",
    ]) {
      assert.ok(!excluded(path), path);
    }
  });

  it("is nothing where nothing is declared", () => {
    assert.equal(excludedBy([])("anything"), false);
  });

  it("is told to restic with its signs taken literally", () => {
    assert.deepEqual(resticExcludes("/mnt/s", ["*.tmp", "a [1] $X/b?"]), [
      "/mnt/s/**/*.tmp",
      "/mnt/s/a [[]1] $$X/b?",
    ]);
  });
});

describe("links that lead back", () => {
  const loopsIn = (list: (path: string) => readonly string[], depth: number): ReadonlyMap<string, string> => {
    const watch = watchLoops();
    let folders = [""];
    for (let level = 0; level < depth; level++) {
      const next: string[] = [];
      for (const folder of folders) {
        for (const name of list(folder)) {
          const path = folder === "" ? name : `${folder}/${name}`;
          const isFolder = !name.includes(".");
          watch.see({ path, folder: isFolder, size: isFolder ? -1 : 7, mtimeMs: 1 });
          if (isFolder) next.push(path);
        }
      }
      folders = next;
    }
    return watch.loops;
  };

  it("are found where they begin, also two steps round", () => {
    const round = (path: string): readonly string[] =>
      path.split("/").length % 2 === 0 ? ["b"] : ["a", "x.doc"];
    const loops = loopsIn((path) => (path === "" ? ["top"] : round(path)), 13);
    assert.deepEqual([...loops][0], ["top/a/b", "top"]);
  });

  it("are all found where one is, and where they begin", () => {
    const loops = loopsIn((path) => (path === "" ? ["Arsip"] : ["disk", "lagi", "x.doc"]), 8);
    assert.deepEqual(
      [...loops],
      [
        ["Arsip/disk", "Arsip"],
        ["Arsip/lagi", "Arsip"],
      ],
    );
  });

  it("are not seen in folders of one name that end somewhere, or hold other files", () => {
    assert.equal(loopsIn((path) => (path.split("/").length > 3 ? ["x.doc"] : ["2017", "x.doc"]), 12).size, 0);
    assert.equal(loopsIn((path) => ["2017", `${path.length}.doc`], 12).size, 0);
  });
});

describe("the turn in which a file is compared", () => {
  it("comes for each within as many windows as declared, whatever was proved before", () => {
    const at = (window: number): string => new Date(Date.UTC(2026, 0, 1 + window)).toISOString();
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(fc.nat(60), { maxLength: 30 }), (of, earlier) => {
        const proved: ProvedTurn[] = earlier.map((turn, window) => ({ turn: turn % of, of, at: at(window) }));
        const seen = new Set<number>();
        for (let window = 0; window < of; window++) {
          const turn = nextTurn(proved, of);
          seen.add(turn);
          proved.push({ turn, of, at: at(100 + window) });
        }
        assert.equal(seen.size, of);
      }),
    );
  });

  it("is a file's own for good, and says since when the longest waits", () => {
    assert.equal(turnOf("surat/a.txt", 30), turnOf("surat/a.txt", 30));
    const firstSaved = "2026-01-01T00:00:00.000Z";
    const later = "2026-03-01T00:00:00.000Z";
    const paths = Array.from({ length: 50 }, (_, index) => `${index}`);
    const proved = [{ turn: 1, of: 2, at: later }];
    assert.equal(waitingSince(paths, proved, { of: 2, now: 0, firstSaved }), later);
    assert.equal(waitingSince(paths, proved, { of: 2, now: 1, firstSaved }), firstSaved);
    assert.equal(waitingSince(paths, proved, { of: 3, now: 1, firstSaved }), firstSaved);
    assert.equal(waitingSince([], proved, { of: 2, now: 0, firstSaved }), null);
  });

  it("leaves a chance that is said", () => {
    assert.match(chanceOfMissing(1 / 30), /10 bad files .* chance of 71 %/);
    assert.match(chanceOfMissing(0.9), /under 1 %/);
  });
});

describe("what a snapshot lacks", () => {
  const file = { size: 1, mtimeMs: 1 };
  const listing = (files: readonly string[], folders: readonly string[] = []) => ({
    files: new Map(files.map((path) => [path, file])),
    folders: new Set(folders),
    unlisted: [],
    renamed: [],
    loops: new Map<string, string>(),
  });

  it("is explained by the file or the folder above it that was named, and by nothing else", () => {
    const now = listing(["a/b", "a/c", "d", "e"], ["a"]);
    const unread = [
      { path: "a", reason: "denied" },
      { path: "d", reason: "locked" },
      { path: "gone", reason: "no such file" },
    ];
    assert.deepEqual(explainGaps(["a/b", "a/c", "d", "e"], unread, now, now), {
      incomplete: ["a, a folder with 2 files: denied", "d: locked"],
      unexplained: ["e"],
    });
    assert.deepEqual(explainGaps(["ab"], unread, now, now).unexplained, ["ab"]);
  });

  it("is named up to a number, and counted", () => {
    const paths = Array.from({ length: 70 }, (_, index) => `file ${index}`);
    const now = listing(paths);
    const { incomplete } = explainGaps(
      paths,
      paths.map((path) => ({ path, reason: "denied" })),
      now,
      now,
    );
    assert.equal(incomplete.length, 51);
    assert.equal(incomplete.at(-1), "and 20 more");
  });

  it("tells names that a server makes from those that people give", () => {
    for (const path of ["A4WTMA~A.JPG", "arsip/FO73LF~9", "DMRIV4~T/isi.txt"])
      assert.ok(hasMadeName(path), path);
    for (const path of ["surat~1.doc", "~$surat.doc", "A4WTMA~A.jpeg", "a4wtma~a.jpg"])
      assert.ok(!hasMadeName(path), path);
  });
});
