/** What is stored of a share is compared with the share itself, each file in its turn; what differs is mended or told. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type HospitalSources, startSources } from "../../../lab/sources/hospital-sources.ts";
import type { BackupContext } from "../../../src/model/driver.ts";
import { assertLetGo } from "./aftermath.ts";
import { type OfficeShare, officeShare } from "./office-share.ts";

describe("what is stored of a share", () => {
  let hospital: HospitalSources;
  let office: OfficeShare;
  let windows = 0;

  before(async () => {
    hospital = await startSources();
    office = officeShare(hospital, 3);
  });
  after(() => hospital.stop());

  beforeEach(() => office.refill());
  afterEach(() => {
    hospital.tools.restore("restic");
    assertLetGo(hospital.share.name);
  });

  const nextWindow = (): BackupContext => hospital.context(`proof-${++windows}`);
  /** Other content, and size and time as before. */
  const alter = (path: string): void =>
    office.write(path, readFileSync(office.file(path), "utf8").replace("isi", "ISI"));
  const content = (snapshot: string, path: string): string =>
    hospital.restic("dump", snapshot, `/mnt/${hospital.share.name}/${path}`);

  it("is saved again where it changed under the same size and time", async () => {
    // Of this test alone: what is refilled with the same size and time would be stale in the next.
    office.write("surat/empat.txt", "isi empat\n".repeat(100));
    const first = nextWindow();
    await office.verify(await office.save(first), first);
    alter("surat/empat.txt");
    const second = nextWindow();
    const saved = await office.save(second);
    assert.match(
      content(saved.snapshot, "surat/empat.txt"),
      /^isi/,
      "restic reads it anew by itself: nothing is shown",
    );
    const { verified, findings, savedAgain, proof } = await office.verify(saved, second);
    assert.equal(verified, true, findings.join("\n"));
    assert.match(
      findings.join("\n"),
      /1 had changed under the same size and time, and were saved again: surat\/empat\.txt/,
    );
    assert.deepEqual(proof?.differences, ["surat/empat.txt"]);
    assert.match(content(savedAgain?.snapshot ?? "", "surat/empat.txt"), /^ISI/);
    assert.deepEqual(office.stored(savedAgain?.snapshot ?? ""), office.stored(saved.snapshot));
    // The next window goes by what was saved again.
    const third = nextWindow();
    const last = await office.verify(await office.save(third), third);
    assert.deepEqual(last.proof?.differences, []);
  });

  it("is compared within the declared number of windows, each file", async () => {
    const paths = Array.from({ length: 60 }, (_, index) => `arsip/${index % 10}/surat ${index}.txt`);
    for (const path of paths) office.write(path, `isi ${path}`);
    const change = { proveWithinWindows: 3 };
    const first = nextWindow();
    await office.save(first, change);
    const bad = paths.filter((_, index) => index % 6 === 5);
    for (const path of bad) alter(path);
    const found = new Set<string>();
    let snapshot = "";
    for (let turn = 1; turn <= 3; turn++) {
      const context = nextWindow();
      const saved = await office.save(context, change);
      const { verified, findings, savedAgain, proof } = await office.verify(saved, context, change);
      assert.equal(verified, true, findings.join("\n"));
      assert.match(findings.join("\n"), new RegExp(`turn ${turn} of 3`));
      assert.match(findings.join("\n"), /would all have been missed with a chance of (?:under 1|\d+) %/);
      assert.ok(proof !== undefined && proof.fraction > 0.2 && proof.fraction < 0.6, `${proof?.fraction}`);
      assert.ok(proof.oldestUnprovedAt !== null);
      for (const path of proof.differences) found.add(path);
      snapshot = (savedAgain ?? saved).snapshot;
    }
    assert.deepEqual([...found].sort(), bad.sort());
    for (const path of bad.slice(0, 3)) assert.match(content(snapshot, path), /^ISI/);
  });

  it("is not verified where it can't be made the same", async () => {
    office.write("surat/baru.txt", "isi yang baru");
    const path = office.file("surat/baru.txt");
    hospital.tools.replace(
      "restic",
      `case "$*" in *" backup "*) sed -i 's/isi/iSi/' "${path}"; touch -d @1500000000 "${path}"; "$REAL" "$@"; code=$?
         sed -i 's/iSi/isi/' "${path}"; touch -d @1500000000 "${path}"; exit $code;; esac
       exec "$REAL" "$@"`,
    );
    const context = nextWindow();
    const saved = await office.save(context);
    const { verified, findings, savedAgain } = await office.verify(saved, context);
    assert.equal(verified, false);
    assert.equal(savedAgain, undefined);
    assert.match(findings.join("\n"), /1 are stored with other content than the share has: surat\/baru\.txt/);
  });

  it("is compared without room for it", async () => {
    const runtimeDir = mkdtempSync(join(hospital.directory, "small-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", runtimeDir]);
    try {
      office.write("citra.iso", "");
      truncateSync(office.file("citra.iso"), 150 * 1024 ** 2);
      utimesSync(office.file("citra.iso"), 1_500_000_000, 1_500_000_000);
      const context = { ...nextWindow(), runtimeDir };
      const saved = await office.save(context);
      const { verified, findings } = await office.verify(saved, context);
      assert.equal(verified, true, findings.join("\n"));
      assert.match(findings.join(), /All 4 files: 4 are stored/);
      assert.ok(!existsSync(join(runtimeDir, "scratch")));
    } finally {
      execFileSync("umount", ["-l", runtimeDir]);
    }
  });

  it("is not verified where the repository does not give it back", async () => {
    office.write("surat/empat.txt", "isi yang lain sekali\n".repeat(500));
    const context = nextWindow();
    const saved = await office.save(context);
    const packs = packFiles(join(hospital.directory, "repository", "data"));
    const before = packs.map((pack) => readFileSync(pack));
    for (const pack of packs) writeFileSync(pack, Buffer.alloc(readFileSync(pack).length));
    try {
      const { verified, findings } = await office.verify(saved, context);
      assert.equal(verified, false, findings.join("\n"));
      assert.match(findings.join(), /can't be read back from the repository/);
    } finally {
      packs.forEach((pack, index) => {
        writeFileSync(pack, before[index] ?? "");
      });
    }
  });
});

function packFiles(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((path) => /^[0-9a-f]{2}\/[0-9a-f]{64}$/.test(path))
    .map((path) => join(directory, path));
}
