/** Real restic, rclone and Samba: what a saved and verified share is, and what never counts as one. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type HospitalSources, startSources } from "../../../lab/sources/hospital-sources.ts";
import { driverFor } from "../../../src/backup/driver-for.ts";
import { openRepository } from "../../../src/backup/restic/restic.ts";
import type { BackupContext, Saved, Verified } from "../../../src/model/driver.ts";
import { assertLetGo, processesNaming } from "./aftermath.ts";

const options = { sampleFiles: 1_000, databases: "load", seed: 7 } as const;

describe("a share", () => {
  let hospital: HospitalSources;
  let windows = 0;

  before(async () => {
    hospital = await startSources();
  });
  after(() => hospital.stop());

  beforeEach(() => {
    for (const entry of readdirSync(hospital.shareDirectory)) {
      rmSync(join(hospital.shareDirectory, entry), { recursive: true });
    }
    mkdirSync(file("poliklinik/arsip 2017"), { recursive: true });
    for (let index = 0; index < 40; index++) {
      write(`poliklinik/arsip 2017/surat [${index}] $HOME {a,b} #.txt`, `isi ${index}\n`.repeat(index * 300));
    }
    write("kosong.doc", "");
  });
  afterEach(() => {
    hospital.tools.restore("restic");
    assertLetGo(hospital.share.name);
  });

  const file = (path: string): string => join(hospital.shareDirectory, path);
  /** With a time that lies back: two writes within one tick of the server's clock look like none. */
  const write = (path: string, text: string): void => {
    writeFileSync(file(path), text);
    chmodSync(file(path), 0o644);
    utimesSync(file(path), 1_500_000_000, 1_500_000_000);
  };
  const nextWindow = (): BackupContext => hospital.context(`window-${++windows}`);
  const save = async (context: BackupContext): Promise<Saved> => {
    const driver = driverFor(hospital.share);
    return driver.backup(hospital.share, await driver.survey(hospital.share, context), context, () => {});
  };
  const verify = (saved: Saved, context: BackupContext): Promise<Verified> =>
    driverFor(hospital.share).verify(hospital.share, saved, context, options);
  const snapshots = (): readonly { id: string; parent?: string; paths: string[] }[] =>
    JSON.parse(hospital.restic("snapshots", "--json"));

  it("is saved and verified, and the next window builds on it", async () => {
    const first = nextWindow();
    await driverFor(hospital.share).preflight(hospital.share, first);
    const saved = await save(first);
    assert.equal(saved.items, 41);
    assert.deepEqual(await verify(saved, first), {
      verified: true,
      findings: ["All 41 files: 41 are stored byte for byte as the share has them."],
      proof: { kind: "sample", fraction: 1, oldestUnprovedAt: null, differences: [] },
    });
    const second = nextWindow();
    const again = await save(second);
    const parent = snapshots().find(({ id }) => id === again.snapshot)?.parent;
    assert.equal(parent, saved.snapshot);
    assert.match((await verify(saved, second)).findings.join(), /not made by this window/);
    assert.equal((await verify(saved, second)).verified, false);
  });

  it("that people work on is saved, and what they changed is listed", async () => {
    const context = nextWindow();
    hospital.tools.replace(
      "restic",
      `case "$*" in *" backup "*) echo more >> "${file("kosong.doc")}";; esac; exec "$REAL" "$@"`,
    );
    const saved = await save(context);
    assert.match(saved.findings.join(" "), /1 changed meanwhile: kosong\.doc/);
    const letter = `poliklinik/arsip 2017/surat [3] $HOME {a,b} #.txt`;
    appendFileSync(file(letter), "later");
    const { verified, findings } = await verify(saved, context);
    assert.equal(verified, true);
    assert.match(findings.join(" "), /1 changed since the snapshot: .*surat \[3\]/);
  });

  it("without files is not saved", async () => {
    rmSync(file("poliklinik"), { recursive: true });
    rmSync(file("kosong.doc"));
    await assert.rejects(save(nextWindow()), { code: "BACKUP", message: /lists no file at all/ });
  });

  it("that restic saves only half of is not saved", async () => {
    hospital.tools.replace(
      "restic",
      'case "$*" in *" backup "*) exec "$REAL" "$@" --exclude "*.doc";; esac; exec "$REAL" "$@"',
    );
    await assert.rejects(save(nextWindow()), {
      code: "BACKUP",
      message: /not what the server lists of kosong\.doc/,
    });
  });

  it("reported with another number of files is not verified", async () => {
    const context = nextWindow();
    const saved = await save(context);
    const { verified, findings } = await verify({ ...saved, items: saved.items + 1 }, context);
    assert.equal(verified, false);
    assert.match(findings.join(), /holds 41 files, but 42 were reported/);
  });

  it("is not touched with a wrong password, neither its own nor the repository's", async () => {
    const context = nextWindow();
    const wrong = (name: string): BackupContext => {
      const credentials = { ...context.credentials, [name]: { user: "jeda-backup", password: "salah" } };
      return { ...context, windowId: `wrong-${name}`, credentials };
    };
    await assert.rejects(driverFor(hospital.share).survey(hospital.share, wrong("share")), {
      code: "CREDENTIALS",
    });
    await assert.rejects(save(wrong("repository")), { code: "CREDENTIALS", message: /repository.*wrong/ });
    await assert.rejects(openRepository(wrong("repository")), { code: "CREDENTIALS" });
  });

  it("is let go when the window stops in the middle", async () => {
    const stop = new AbortController();
    const context = { ...nextWindow(), signal: stop.signal };
    hospital.tools.replace(
      "restic",
      'case "$*" in *" backup "*) exec "$REAL" "$@" --limit-upload 1;; esac; exec "$REAL" "$@"',
    );
    const before = snapshots().length;
    const saving = save(context);
    const timer = setInterval(() => {
      if (processesNaming(`/mnt/${hospital.share.name}`).some((line) => line.includes(" backup ")))
        stop.abort("backupStop");
    }, 20);
    await assert.rejects(saving, { code: "BACKUP", message: /stopped before it was complete: backupStop/ });
    clearInterval(timer);
    assert.equal(snapshots().length, before);
  });
});
