import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import {
  bootUnit,
  serviceUnit,
  timerUnit,
  unitName,
} from "../../../src/window/runner/supervision/systemd-units.ts";

const id = "2026-11-29T0100+0100-europe-berlin-1f2e3d4c-1";
const log = "/var/lib/jeda/windows/w-1/runner.log";

describe("the systemd units of a window", () => {
  const service = serviceUnit(id, log, ["/bin/true", "run", '100% "$HOME" \\'], {
    JEDA_STATE: "/srv/state",
    PASSWORD: "never",
  });
  const timer = timerUnit(id, Date.parse("2026-11-29T01:00:00+07:00"));
  const boot = bootUnit(["/bin/true", "boot"]);

  it("restart the runner when it dies, and not when its window ended badly", () => {
    match(service, /^Restart=on-failure$/m);
    match(service, /^SuccessExitStatus=10 11 12 13$/m);
  });

  it("have one name a window, of characters that systemd takes", () => {
    equal(unitName("w-1"), "jeda-window-w-1");
    match(unitName(id), /^[A-Za-z0-9:_.\\-]+$/);
  });

  it("give the runner its own settings and nothing else of an environment", () => {
    deepEqual(service.match(/^Environment=.*$/gm), ['Environment="JEDA_STATE=/srv/state"']);
    ok(service.includes('ExecStart="/bin/true" "run" "100%% \\"$$HOME\\" \\\\"'));
  });

  it("start the window a minute early, by the wall clock in UTC, and once", () => {
    match(timer, /^OnCalendar=2026-11-28 17:59:00 UTC$/m);
    match(timer, /^RemainAfterElapse=no$/m);
  });

  it("are what systemd understands", async function () {
    const found = await execa("systemd-analyze", ["--version"], { reject: false });
    if (found.exitCode !== 0) return this.skip();
    const directory = mkdtempSync(join(tmpdir(), "jeda-units-"));
    try {
      const files = Object.entries({
        [`${unitName(id)}.service`]: service,
        [`${unitName(id)}.timer`]: timer,
        "jeda-boot.service": boot,
      }).map(([name, text]) => {
        writeFileSync(join(directory, name), text);
        return join(directory, name);
      });
      const verified = await execa("systemd-analyze", ["verify", "--man=no", ...files], {
        reject: false,
        all: true,
      });
      // Machines without systemd as PID 1 lack other units (network-online.target's); ours must not be named.
      const ours = (verified.all ?? "").split("\n").filter((line) => line.includes("jeda-"));
      deepEqual(ours, []);
      const calendar = /^OnCalendar=(.*)$/m.exec(timer)?.[1] ?? "";
      const read = await execa("systemd-analyze", ["calendar", calendar], { reject: false, all: true });
      equal(read.exitCode, 0, read.all);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }).timeout(60_000);
});
