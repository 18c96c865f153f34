/** One bad object of a share costs that object: the rest is saved and verified, and what is not is named. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { type HospitalSources, startSources } from "../../../lab/sources/hospital-sources.ts";
import type { BackupContext } from "../../../src/model/driver.ts";
import { assertLetGo } from "./aftermath.ts";
import { type OfficeShare, officeShare } from "./office-share.ts";

describe("a share with one bad object", () => {
  let hospital: HospitalSources;
  let office: OfficeShare;
  let windows = 0;

  before(async () => {
    hospital = await startSources();
    office = officeShare(hospital);
  });
  after(() => hospital.stop());

  beforeEach(() => office.refill());
  afterEach(() => {
    hospital.tools.restore("restic");
    assertLetGo(hospital.share.name);
  });

  const nextWindow = (): BackupContext => hospital.context(`gap-${++windows}`);
  const letters = ["surat/dua.txt", "surat/satu.txt", "surat/tiga.txt"];

  /** Saved and verified but for what is named. */
  const incomplete = async (named: readonly RegExp[], files: readonly string[]): Promise<void> => {
    const context = nextWindow();
    const saved = await office.save(context);
    const said = saved.incomplete ?? [];
    assert.equal(said.length, named.length, said.join("\n"));
    for (const one of named)
      assert.ok(
        said.some((text) => one.test(text)),
        `${one}: ${said.join("\n")}`,
      );
    assert.deepEqual(office.stored(saved.snapshot), files);
    const { verified, findings } = await office.verify(saved, context);
    assert.equal(verified, true, findings.join("\n"));
  };

  it("a file that the account may not read", async () => {
    office.write("rahasia.doc", "x");
    chmodSync(office.file("rahasia.doc"), 0o600);
    await incomplete([/^rahasia\.doc: operation not permitted$/], letters);
  });

  it("a folder that it may not list", async () => {
    office.write("direksi/gaji.xls", "x");
    chmodSync(office.file("direksi"), 0o700);
    await incomplete([/^direksi, a folder: permission denied$/], letters);
  });

  it("a file that another program has locked", async () => {
    office.write("buka.mdb", "data".repeat(10_000));
    const holder = await lock(office.file("buka.mdb"));
    try {
      await incomplete([/^buka\.mdb: /], letters);
    } finally {
      holder.kill("SIGKILL");
    }
  });

  it("links that lead back, two of them in one folder", async () => {
    office.write("Arsip/lama/surat.doc", "x");
    symlinkSync(".", office.file("Arsip/disk"));
    symlinkSync("../Arsip", office.file("Arsip/lagi"));
    symlinkSync("..", office.file("Arsip/lama/atas"));
    const loops = [
      /^Arsip\/disk: it leads back to Arsip,/,
      /^Arsip\/lagi: it leads back to Arsip,/,
      /^Arsip\/lama\/atas: it leads back to Arsip,/,
    ];
    await incomplete(loops, ["Arsip/lama/surat.doc", ...letters]);
    // Who knows of them declares them, and nothing is missing.
    const exclude = ["Arsip/disk", "Arsip/lagi", "Arsip/lama/atas"];
    const saved = await office.save(nextWindow(), { exclude });
    assert.deepEqual(saved.incomplete, []);
    assert.deepEqual(office.stored(saved.snapshot), ["Arsip/lama/surat.doc", ...letters]);
  });

  it("a link of the distributed file system", async () => {
    symlinkSync("msdfs:lain\\arsip", office.file("cabang"));
    await incomplete([/^cabang/], letters);
  });

  it("a file that vanishes while it is read is no gap, and is told", async () => {
    const context = nextWindow();
    office.write("sementara.tmp", "x");
    const { survey, backup } = await steps(context);
    rmSync(office.file("sementara.tmp"));
    const saved = await backup(survey);
    assert.deepEqual(saved.incomplete, []);
    assert.match(saved.findings.join(), /1 changed meanwhile: sementara\.tmp/);
    assert.equal((await office.verify(saved, context)).verified, true);
  });

  it("does not excuse another: what nobody named must be there", async () => {
    office.write("rahasia.doc", "x");
    chmodSync(office.file("rahasia.doc"), 0o600);
    hospital.tools.replace(
      "restic",
      'case "$*" in *" backup "*) exec "$REAL" "$@" --exclude dua.txt;; esac; exec "$REAL" "$@"',
    );
    await assert.rejects(office.save(nextWindow()), {
      code: "BACKUP",
      message: /not what the server lists of surat\/dua\.txt/,
    });
  });

  it("is not saved when it is all there is", async () => {
    rmSync(office.file("surat"), { recursive: true });
    office.write("rahasia.doc", "x");
    chmodSync(office.file("rahasia.doc"), 0o600);
    await assert.rejects(office.save(nextWindow()), { code: "BACKUP", message: /holds no file at all/ });
    mkdirSync(office.file("tutup"));
    chmodSync(hospital.shareDirectory, 0o700);
    try {
      await assert.rejects(office.save(nextWindow()), { code: "BACKUP" });
    } finally {
      chmodSync(hospital.shareDirectory, 0o755);
    }
  });

  async function steps(context: BackupContext) {
    const { driverFor } = await import("../../../src/backup/driver-for.ts");
    const driver = driverFor(hospital.share);
    const survey = await driver.survey(hospital.share, context);
    return {
      survey,
      backup: (of: typeof survey) => driver.backup(hospital.share, of, context, () => {}),
    };
  }
});

/** As a program on the server does it: Samba refuses to read what is locked. */
async function lock(path: string): Promise<ChildProcess> {
  const script =
    "import fcntl, sys, time\nf = open(sys.argv[1], 'r+')\nfcntl.lockf(f, fcntl.LOCK_EX)\nprint('held', flush=True)\ntime.sleep(600)";
  const holder = spawn("python3", ["-c", script, path], { stdio: ["ignore", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  return holder;
}
