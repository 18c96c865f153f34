import assert from "node:assert/strict";
import fc from "fast-check";
import { snapshotArgument } from "../../../src/backup/restic/restic-call.ts";
import { resticFailure } from "../../../src/backup/restic/restic-failure.ts";
import { parseResticLine } from "../../../src/backup/restic/restic-messages.ts";
import { foreignSnapshot } from "../../../src/backup/restic/snapshot-identity.ts";
import { includePattern } from "../../../src/model/include-patterns.ts";

describe("what restic answers", () => {
  it("is a failure with every exit code but 0, known or not", () => {
    fc.assert(
      fc.property(fc.option(fc.integer({ min: 0, max: 255 })), (exitCode) => {
        const failure = resticFailure("Saving", "/repository", { exitCode, signal: null, message: "" });
        assert.equal(failure === null, exitCode === 0);
      }),
    );
  });

  it("has a code of jeda's for the documented exit codes", () => {
    const codes = [3, 10, 11, 12].map(
      (exitCode) => resticFailure("Saving", "/repository", { exitCode, signal: null, message: "x" })?.code,
    );
    assert.deepEqual(codes, ["BACKUP", "BACKUP", "LOCKED", "CREDENTIALS"]);
  });

  it("names a full disk, said by the server or by the system", () => {
    for (const message of [
      "unable to create lock in backend: unexpected HTTP response (507): 507 Insufficient Storage",
      "Fatal: write /srv/repository/data/00/x-tmp-1: no space left on device",
    ]) {
      const failure = resticFailure("Saving", "/repository", { exitCode: 1, signal: null, message });
      assert.match(failure?.message ?? "", /the disk of the repository \/repository is full: /);
    }
  });

  it("is read without trusting the line", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((value) => JSON.stringify(value)),
        ),
        (line) => {
          parseResticLine(line);
        },
      ),
    );
    assert.deepEqual(
      parseResticLine('{"message_type":"summary","total_files_processed":2,"total_bytes_processed":9}'),
      {
        type: "summary",
        summary: { snapshot: null, files: 2, bytes: 9, bytesAdded: 0 },
      },
    );
    assert.deepEqual(
      parseResticLine(
        '{"message_type":"error","error":{"message":"denied"},"during":"archival","item":"/a"}',
      ),
      { type: "error", item: "/a", message: "denied" },
    );
    // `check --json` alone writes it flat (restic 0.19.1, cmd_check.go).
    assert.deepEqual(parseResticLine('{"message_type":"error","message":"\\nid 12 not found"}'), {
      type: "error",
      item: "",
      message: "id 12 not found",
    });
  });

  it("is only asked about snapshots by id", () => {
    for (const id of ["latest", "--repo=/x", "", "ABCDEF01", "../../x"]) {
      assert.throws(() => snapshotArgument(id), { code: "BACKUP" });
    }
    assert.equal(snapshotArgument("0123abcd"), "0123abcd");
  });

  it("is asked for paths whatever characters they have", () => {
    assert.equal(includePattern("/mnt/s/a [b]*?$c\\d "), "/mnt/s/a [[]b][*][?]$$c\\\\d[ ]");
    assert.equal(includePattern("/mnt/s/plain #1.doc"), "/mnt/s/plain #1.doc");
  });

  it("must be of this window, this source, this host and this path", () => {
    const labels = { windowId: "w2", source: "office", host: "files" };
    const own = {
      id: "0123abcd",
      time: "t",
      host: "files",
      tags: ["jeda", "window:w2", "source:office"],
      paths: ["/p"],
    };
    assert.deepEqual(foreignSnapshot(own, labels, "/p"), []);
    assert.match(
      foreignSnapshot({ ...own, tags: ["jeda", "window:w1", "source:office"] }, labels, "/p").join(),
      /window:w2/,
    );
    assert.equal(foreignSnapshot({ ...own, host: "x", paths: ["/q"] }, labels, "/p").length, 2);
  });
});
