import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { addresses } from "../../lab/hospital.ts";
import { opsDir } from "../../lab/state.ts";
import { loadFromStackFile } from "../../src/config/load.ts";
import { makeTransition } from "../../src/firewall/change/transition.ts";
import { compilePolicyTable } from "../../src/firewall/tables/policy-table.ts";
import { renderTable } from "../../src/firewall/tables/table.ts";
import { sections, toEdgeListing } from "../../src/host/edge-listing.ts";
import { repository } from "../../toolchain/paths.ts";
import { type Ran, WindowLab } from "./window-lab.ts";

const lab = new WindowLab(`r${process.pid}`);

/** Everything that a run could change: rules, and what is installed and kept on the hosts. */
async function live(): Promise<string> {
  const files =
    "find /etc/jeda /opt/jeda /usr/local/lib/jeda /var/lib/jeda /srv/jeda -type f -printf '%p %s %T@ %m\\n' 2>/dev/null | sort";
  const parts = [
    lab.ruleset("edge"),
    lab.ruleset("backup"),
    lab.sh("edge", files),
    lab.sh("backup", files),
    lab.sh("edge", "nft list table inet jeda_window | grep -c elements || true"),
  ];
  return (await Promise.all(parts)).join("\n");
}

/** The run ends with 1, says why, and has changed nothing. */
async function refused(run: () => Promise<Ran>, ...says: readonly RegExp[]): Promise<void> {
  const before = await live();
  const { exitCode, all } = await run();
  assert.equal(exitCode, 1, all);
  for (const say of says) assert.match(all, say);
  assert.doesNotMatch(all, /\n\s+at .*\(?file:\/\//, "no stack trace");
  assert.equal(await live(), before);
}

const up = (file?: string, ...words: string[]): Promise<Ran> =>
  lab.pulumi(
    ...["up", "--yes", "--skip-preview", ...words],
    ...(file === undefined ? [] : ["--config-file", file]),
  );

/** `pulumi up` on a changed copy of the stack file is refused. */
const wrong = (name: string, from: string, to: string, ...says: readonly RegExp[]): Promise<void> =>
  refused(() => up(lab.stackFile(name, (text) => text.replace(from, to))), ...says);

describe("bad input", function () {
  this.timeout(180_000);
  before(() => lab.upWithoutWindow());
  after(() => lab.down());

  it("is refused: an unknown field", () =>
    wrong("field", "      role: guest\n", "      role: guest\n      colour: red\n", /colour/));

  it("is refused: overlapping CIDRs", () =>
    wrong("overlap", "10.30.0.0/24", "10.20.0.128/25", /10\.20\.0\.128\/25/, /overlap/));

  it("is refused: a clinical segment in the window", () =>
    wrong(
      "clinical",
      "isolate: [administrative, guest]",
      "isolate: [administrative, clinical]",
      /clinical/,
      /isolat/,
    ));

  it("is refused: backups that stop after the reconnection", () =>
    wrong("stop", "backupStop: 5m30s", "backupStop: 6m30s", /backupStop/, /reconnectBy/));

  it("is refused: an unknown zone", () =>
    wrong("zone", "jeda:zone: Asia/Jakarta", "jeda:zone: Asia/Jakata", /Asia\/Jakata/));

  it("is refused: a runbook step that does not exist", async () => {
    const name = `refused-${process.pid}`;
    const file = `${repository}/runbooks/${name}.yaml`;
    const text = readFileSync(`${repository}/runbooks/isolate-backup-reconnect.yaml`, "utf8");
    writeFileSync(file, text.replace("- isolate\n", "- isolate\n  - celebrate\n"));
    try {
      await wrong(
        "step",
        "runbook: isolate-backup-reconnect",
        `runbook: ${name}`,
        new RegExp(`runbooks/${name}\\.yaml:\\d+:\\d+: .*celebrate`),
      );
    } finally {
      rmSync(file);
    }
  });

  it("is refused: an edge that can't be reached", () =>
    wrong(
      "unreachable",
      "{ read: edge-read, window: edge-window, policy: edge-policy }",
      "{ read: root@10.40.0.99, window: root@10.40.0.99, policy: root@10.40.0.99 }",
      /edge edge: .*10\.40\.0\.99/,
    ));

  it("is refused: a password that does not open the repository", async () => {
    const file = lab.stackFile("password", (text) => `${text}\n`);
    const key = "jeda:credentials.repository.password";
    const set = await lab.pulumi(
      "config",
      "set",
      "--secret",
      "--path",
      key,
      "mistyped",
      "--config-file",
      file,
    );
    assert.equal(set.exitCode, 0, set.all);
    await refused(() => up(file), /repository.* does not open with this password/);
  });

  it("is refused: a host key that changed", async () => {
    const file = `${opsDir(lab.id)}/known_hosts`;
    const known = readFileSync(file, "utf8");
    const other = /^backup (.*)$/m.exec(known)?.[1];
    writeFileSync(file, known.replace(/^edge .*$/m, `edge ${other}`));
    try {
      await refused(() => up(), /host key/i);
    } finally {
      writeFileSync(file, known);
    }
  });

  it("is taken back within 30 s when it would cut a service, whatever the proof believed", async () => {
    assert.equal(await officeShare(), true);
    // Declared in the wrong segment: only packets can tell that the policy cuts it.
    const file = lab.stackFile("cutting", (text) =>
      text
        .replace("jeda:lateral: observe", "jeda:lateral: enforce")
        .replace(
          "jeda:services:\n",
          "jeda:services:\n    - { name: shares, at: clinical, users: [clinical], probe: { tcp: 'files.internal:445', every: 1s, tolerate: 3 } }\n",
        ),
    );
    const before = await live();
    const { exitCode, all } = await lab.install("--config-file", file);
    assert.equal(exitCode, 1, all);
    assert.match(all, /the new policy of edge does not stay: shares/);
    assert.equal(await live(), before);
    assert.equal(await officeShare(), true);
  });

  it("is taken back by the kernel when nobody confirms it", async () => {
    const { hospital } = loadFromStackFile("lab", repository);
    const [edge] = hospital.edges;
    assert.ok(edge);
    const enforcing = { ...hospital, lateral: { mode: "enforce", allow: [] } } as const;
    const wanted = { jeda: renderTable(compilePolicyTable(enforcing, edge)) };
    const listed = await policy("list", sections(wanted));
    const { tables, wanted: canonical } = toEdgeListing(JSON.parse(listed));
    const change = makeTransition(tables, { jeda: canonical.jeda });
    assert.ok(change);
    const before = await lab.ruleset("edge");
    const applied = await policy("apply 8000", sections({ ...change }));
    assert.match(applied, /"ok":true/);
    assert.equal(await officeShare(), false);
    await sleep(8_000);
    assert.equal(await officeShare(), true);
    // What is left of it is harmless, shows as drift, and the next up takes it away.
    assert.notEqual(await lab.ruleset("edge"), before);
    assert.equal((await lab.install()).exitCode, 0);
    assert.equal(await lab.ruleset("edge"), before);
  });
});

/** Whether the ward reaches the share of the administrative segment: what `enforce` cuts. */
async function officeShare(): Promise<boolean> {
  const { v4 } = addresses("administrative");
  const tried = await lab.inNetwork("ward", ["timeout", "2", "bash", "--norc", "-c", `</dev/tcp/${v4}/445`]);
  return tried.exitCode === 0;
}

/** A verb with the policy key. */
async function policy(words: string, input: string): Promise<string> {
  const { stdout } = await lab.asOps(
    "sh",
    "-c",
    `exec ssh edge-policy "$1" <<'END'\n${input.trimEnd()}\nEND`,
    "sh",
    words,
  );
  return stdout;
}
