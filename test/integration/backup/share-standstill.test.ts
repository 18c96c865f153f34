/** A transfer that stands still is ended after the declared time, and said to have stood still. */
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { type HospitalSources, startSources } from "../../../lab/sources/hospital-sources.ts";
import { saveHeldStream } from "../../../src/backup/restic/gated-stream.ts";
import { resticFor } from "../../../src/backup/restic/restic-call.ts";
import { assertLetGo } from "./aftermath.ts";
import { type OfficeShare, officeShare } from "./office-share.ts";

describe("a transfer that stands still", () => {
  let hospital: HospitalSources;
  let office: OfficeShare;

  before(async () => {
    hospital = await startSources();
    office = officeShare(hospital);
    office.refill();
  });
  after(() => hospital.stop());
  afterEach(() => {
    for (const tool of ["restic", "rclone"]) hospital.tools.restore(tool);
    assertLetGo(hospital.share.name);
  });

  const still = { standstillMs: 4_000 };
  const stopped = { code: "DEADLINE", message: /nothing moved for 4 s; it was stopped/ };

  it("ends while restic reads the share", async () => {
    const line = '{"message_type":"status","bytes_done":7,"files_done":1}';
    hospital.tools.replace(
      "restic",
      `case "$*" in *" backup "*) while sleep 0.3; do echo '${line}'; done;; esac; exec "$REAL" "$@"`,
    );
    await assert.rejects(office.save(hospital.context("still-1"), still), stopped);
  });

  it("ends while the share is listed", async () => {
    hospital.tools.replace("rclone", 'case "$*" in lsjson*) exec sleep 600;; esac; exec "$REAL" "$@"');
    await assert.rejects(office.save(hospital.context("still-2"), still), stopped);
  });

  it("ends while a dump is streamed, and makes no snapshot", async () => {
    const restic = await resticFor(hospital.context("still-3"));
    const before = office.snapshots().length;
    const content = new PassThrough();
    content.write("CREATE TABLE");
    const abandon = (): void => void content.destroy();
    const held = {
      path: "/records/simrs.sql",
      content,
      abandon,
      watch: () => {},
      judge: async () => {},
      ...still,
    };
    const labels = { windowId: "still-3", source: "records", host: "127.0.0.1" };
    const { runtimeDir } = hospital.context("still-3");
    await assert.rejects(saveHeldStream(restic, labels, runtimeDir, held), stopped);
    assert.equal(office.snapshots().length, before);
  });

  it("is none while whoever gives the content works without a byte", async () => {
    const restic = await resticFor(hospital.context("still-5"));
    const content = new PassThrough();
    content.write("whole");
    const until = Date.now() + 10_000;
    const timer = setTimeout(() => content.end(), 9_000);
    const works = (): boolean => Date.now() < until;
    const held = {
      path: "/records/sums.sql",
      content,
      works,
      watch: () => {},
      judge: async () => {},
      ...still,
    };
    const labels = { windowId: "still-5", source: "records", host: "127.0.0.1" };
    const { runtimeDir } = hospital.context("still-5");
    const end = await saveHeldStream(restic, labels, runtimeDir, held);
    clearTimeout(timer);
    assert.equal(hospital.restic("dump", end.summary?.snapshot ?? "", "/records/sums.sql"), "whole");
  });

  it("is none where it is only slow", async () => {
    const restic = await resticFor(hospital.context("still-4"));
    const content = new PassThrough();
    let pieces = 0;
    const timer = setInterval(() => {
      content.write("x");
      if (++pieces < 7) return;
      clearInterval(timer);
      content.end();
    }, 1_000);
    const held = { path: "/records/slow.sql", content, watch: () => {}, judge: async () => {}, ...still };
    const labels = { windowId: "still-4", source: "records", host: "127.0.0.1" };
    const { runtimeDir } = hospital.context("still-4");
    const end = await saveHeldStream(restic, labels, runtimeDir, held);
    assert.equal(hospital.restic("dump", end.summary?.snapshot ?? "", "/records/slow.sql"), "x".repeat(7));
  });
});
