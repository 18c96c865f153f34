import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { edgeScriptText } from "../../../src/firewall/edge/edge-script.ts";

const run = promisify(execFile);
const usual = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";

/** What each program or file is replaced by: null for nothing at all. */
const hosts: readonly { lacks: string; by: string | null; said: RegExp }[] = [
  { lacks: "flock", by: null, said: /lacks flock \(Debian package util-linux\)/ },
  {
    lacks: "flock",
    by: '#!/bin/sh\ncase " $* " in *" -w "*) echo "flock: invalid option -- \'w\'" >&2; exit 1 ;; esac\n',
    said: /lacks a flock that knows -w \(Debian package util-linux, not busybox\)/,
  },
  { lacks: "unshare", by: null, said: /lacks unshare \(Debian package util-linux\)/ },
  { lacks: "awk", by: null, said: /lacks awk \(Debian package mawk\)/ },
  { lacks: "sha256sum", by: null, said: /lacks sha256sum \(Debian package coreutils\)/ },
  { lacks: "nft", by: null, said: /lacks nft \(Debian package nftables\)/ },
  {
    lacks: "nft",
    by: '#!/bin/sh\necho "nftables v0.9.0 (Fearless Fosdick)"\n',
    said: /lacks nft 0\.9\.8 or newer \(Debian package nftables; it is 0\.9\.0\)/,
  },
  { lacks: "/etc/protocols", by: null, said: /lacks \/etc\/protocols \(Debian package netbase\)/ },
];

describe("a host that lacks a program", () => {
  let directory = "";
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "jeda-programs-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  for (const { lacks, by, said } of hosts) {
    it(`says so, and the package: ${said.source}`, async () => {
      const bin = join(directory, "bin");
      await mkdir(bin);
      for (const place of ["/usr/sbin", "/usr/bin"]) {
        for (const name of await readdir(place)) {
          if (name !== lacks) await symlink(join(place, name), join(bin, name)).catch(() => {});
        }
      }
      if (by !== null) {
        await writeFile(join(bin, lacks), by);
        await chmod(join(bin, lacks), 0o755);
      }
      const script = join(directory, "edge");
      const text = edgeScriptText();
      assert.ok(text.includes(usual));
      await writeFile(script, text.replace(usual, `PATH=${bin}`));
      for (const words of [
        ["read", "list"],
        ["host", "list"],
      ]) {
        const env = { JEDA_RUN: join(directory, "run"), JEDA_ETC: join(directory, "etc") };
        const call = ["-c", 'exec /bin/sh "$@" </dev/null', "sh", script, ...words];
        // Of a file the place is hidden, for this command alone.
        const hidden = ["-c", 'mount --bind /dev/null "$0"; exec /bin/sh "$@"', lacks, ...call];
        const [program, argv] = lacks.startsWith("/")
          ? ["unshare", ["--mount", "sh", ...hidden]]
          : ["/bin/sh", call];
        const ended = await run(program, argv, { env }).catch((error) => error);
        assert.equal(ended.code, 3, ended.stderr);
        const answer = JSON.parse(ended.stdout) as { code: string; message: string };
        assert.equal(answer.code, "lacking");
        assert.match(answer.message, said);
      }
    });
  }
});
