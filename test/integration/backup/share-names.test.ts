/** The name in the snapshot is the name on the server, or a finding; what is excluded is so for every part alike. */
import assert from "node:assert/strict";
import { type HospitalSources, startSources } from "../../../lab/sources/hospital-sources.ts";
import type { BackupContext } from "../../../src/model/driver.ts";
import { type OfficeShare, officeShare } from "./office-share.ts";

describe("names on a share", () => {
  let hospital: HospitalSources;
  let office: OfficeShare;
  let windows = 0;

  before(async () => {
    hospital = await startSources();
    office = officeShare(hospital);
  });
  after(() => hospital.stop());
  beforeEach(() => office.refill());

  const nextWindow = (): BackupContext => hospital.context(`name-${++windows}`);
  const letters = ["surat/dua.txt", "surat/satu.txt", "surat/tiga.txt"];

  it("that look like another's are kept as they are", async () => {
    // Signs that rclone would put in place of those that Windows can't have, and would take back.
    const names = [
      "Hasil？.pdf",
      "rapat：sore.doc",
      "a＊.txt",
      "＂kutip＂＜＞｜.txt",
      "titik．",
      "spasi␠",
      "100%-é-é.txt",
    ];
    for (const name of names) office.write(`nama/${name}`, name);
    const context = nextWindow();
    const saved = await office.save(context);
    assert.deepEqual(saved.incomplete, []);
    assert.deepEqual(
      office.stored(saved.snapshot),
      [...names.map((name) => `nama/${name}`), ...letters].sort(),
    );
    const { verified, findings } = await office.verify(saved, context);
    assert.equal(verified, true, findings.join("\n"));
    assert.match(findings.join(), /All 10 files: 10 are stored/);
  });

  it("that the server shows in place of the real ones are findings, each", async () => {
    const names = ["a:b.jpg", "titik.", "spasi ", 'kutip".txt', "folder:/isi.txt"];
    for (const name of names) office.write(`nama/${name}`, name);
    const saved = await office.save(nextWindow());
    const named = (saved.incomplete ?? []).filter((text) =>
      /saved under this name, which servers show/.test(text),
    );
    assert.equal(named.length, names.length, saved.incomplete?.join("\n"));
    assert.equal(saved.items, names.length + letters.length);
  });

  it("that the mount can't give are findings, each", async () => {
    for (const name of ["siang／sore.doc", "‛a.txt"]) office.write(`nama/${name}`, name);
    const saved = await office.save(nextWindow());
    assert.equal(saved.incomplete?.length, 2, saved.incomplete?.join("\n"));
    for (const text of saved.incomplete ?? [])
      assert.match(text, /^nama\/.*‛.*: saved under this name, the real one/);
    assert.equal(saved.items, 5);
  });

  it("that are excluded are not listed, saved, judged or compared", async () => {
    const left = [
      "Thumbs.db",
      "surat/thumbs.DB",
      "kerja/a.tmp",
      "kerja/dalam/B.TMP",
      "Arsip/Cache/x",
      "Arsip/lama/cache/y",
    ];
    const kept = ["Arsip/cachet.txt", "kerja/a.tmpx", "kerja/[a] $HOME.txt", "kerja/tmp"];
    for (const path of [...left, ...kept]) office.write(path, `isi ${path}`);
    office.write("kerja/{b} $HOME", "isi");
    const exclude = ["thumbs.db", "*.tmp", "Arsip/**/cache", "kerja/{?} $HOME"];
    const context = nextWindow();
    const saved = await office.save(context, { exclude });
    assert.deepEqual(saved.incomplete, []);
    assert.deepEqual(office.stored(saved.snapshot), [...kept, ...letters].sort());
    const { verified, findings } = await office.verify(saved, context, { exclude });
    assert.equal(verified, true, findings.join("\n"));
    assert.match(findings.join(), /All 7 files: 7 are stored/);
  });

  it("of a server by its IPv6 address are found", async () => {
    const context = nextWindow();
    const saved = await office.save(context, { host: "::1" });
    assert.equal(saved.items, 3);
    assert.equal((await office.verify(saved, context, { host: "::1" })).verified, true);
  });
});
