import { deepEqual, ok } from "node:assert/strict";
import { unitWords } from "../../../src/window/runner/detach.ts";

describe("the systemd unit of a window", () => {
  const words = unitWords("w-1", "/var/lib/jeda/windows/w-1/runner.log", ["/opt/node", "run"], {
    JEDA_STATE: "/srv/state",
    PASSWORD: "never",
  });

  it("is restarted when the runner dies, and not when its window ended badly", () => {
    ok(words.includes("--property=Restart=on-failure"));
    ok(words.includes("--property=SuccessExitStatus=10 11 12 13"));
  });

  it("has one name a window, so that there are never two, and vanishes when it is done", () => {
    ok(words.includes("--unit=jeda-window-w-1"));
    ok(words.includes("--collect"));
  });

  it("gets the runner's own settings and nothing else of an environment", () => {
    deepEqual(
      words.filter((word) => word.startsWith("--setenv")),
      ["--setenv=JEDA_STATE=/srv/state"],
    );
    deepEqual(words.slice(words.indexOf("--") + 1), ["/opt/node", "run"]);
  });
});
