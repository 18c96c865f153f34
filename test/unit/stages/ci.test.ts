/** The workflow files that a team copies: least privilege, nothing of others, and only scripts that exist. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";

const root = new URL("../../../", import.meta.url);
const folder = new URL("docs/ci/", root);
const files = readdirSync(folder).filter((name) => name.endsWith(".yml"));
const scripts = Object.keys(JSON.parse(readFileSync(new URL("package.json", root), "utf8")).scripts);

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface Job {
  readonly if?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly "timeout-minutes"?: number;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: object;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly jobs: Readonly<Record<string, Job>>;
}

describe("the workflows to copy", () => {
  it("are the four there should be", () => {
    assert.deepEqual(files.sort(), ["drift.yml", "nightly.yml", "preview.yml", "promote.yml"]);
  });

  for (const name of files) {
    const workflow: Workflow = parse(readFileSync(new URL(name, folder), "utf8"));
    const jobs = Object.values(workflow.jobs);
    const steps = jobs.flatMap((job) => job.steps);
    const nightly = readFileSync(new URL(".ci/nightly", root), "utf8");
    const commands = steps
      .map(({ run = "" }) => (run === ".ci/nightly" ? nightly : run))
      .join("\n")
      .replaceAll(/^#.*$/gm, "");

    it(`${name} has no rights but those each job names`, () => {
      assert.deepEqual(workflow.permissions, {});
      for (const { permissions = {} } of jobs) {
        assert.equal(permissions.contents, "read");
        for (const [what, right] of Object.entries(permissions)) {
          if (right !== "read") assert.deepEqual([what, right], ["pull-requests", "write"]);
        }
      }
    });

    it(`${name} runs nobody else's actions unless by a full commit`, () => {
      for (const { uses } of steps) if (uses !== undefined) assert.match(uses, /@[0-9a-f]{40}$/);
    });

    it(`${name} calls only scripts that exist`, () => {
      const called = [...commands.matchAll(/npm (?:run )?(?:-s )?(?:run )?(?:-s )?([a-z:]+)/g)].map(
        ([, script]) => script,
      );
      assert.ok(called.length > 0);
      for (const script of called) assert.ok(scripts.includes(script ?? ""), script);
    });

    it(`${name} puts no secret and no text of a pull request into a command`, () => {
      assert.doesNotMatch(commands, /\$\{\{/);
    });

    it(`${name} can't overlap with itself and ends`, () => {
      assert.match(workflow.concurrency?.group ?? "", /^jeda-/);
      for (const job of jobs) assert.ok((job["timeout-minutes"] ?? 0) > 0);
    });

    it(`${name} gives a pull request of a fork nothing`, () => {
      assert.equal("pull_request_target" in workflow.on, false);
      if (!("pull_request" in workflow.on)) return;
      for (const job of jobs)
        assert.equal(job.if, "github.event.pull_request.head.repo.full_name == github.repository");
    });

    it(`${name} reads with the read-only keys, and applies only what was approved`, () => {
      // Where only labs are touched, no key of a hospital is needed and none is given.
      if (commands.includes("proof:fuzz")) {
        assert.doesNotMatch(JSON.stringify(workflow), /secrets\.|ssh_config/);
        return;
      }
      for (const job of jobs) {
        const applies = job.steps.some(({ run = "" }) => /pulumi -- (up|destroy|refresh)/.test(run));
        assert.equal(job.env.JEDA_SSH_CONFIG, `/etc/jeda-ci/ssh_config.${applies ? "apply" : "read"}`);
        const secrets = JSON.stringify(job.env);
        if (/secrets\.JEDA_BACKEND_URL/.test(secrets)) assert.match(job.environment ?? "", /^production/);
        if (!applies) continue;
        assert.equal(job.environment, "production");
        assert.equal(workflow.concurrency?.["cancel-in-progress"], false);
        assert.match(commands, /--plan /);
      }
    });
  }

  describe("their ssh_config", () => {
    const stacks = ["production", "staging"].map((stack) =>
      readFileSync(new URL(`stacks/Pulumi.${stack}.yaml`, root), "utf8"),
    );
    const hosts = stacks.flatMap((text) =>
      [...text.matchAll(/^ *(?:- )?ssh: \{ (.*) \}$/gm)].flatMap(([, inner = ""]) =>
        inner.split(", ").map((pair) => pair.split(": ") as [string, string]),
      ),
    );
    const probes = stacks.flatMap((text) =>
      [...text.matchAll(/probePoint: (\S+)/g)].map(([, name = ""]) => name),
    );
    // As OpenSSH itself understands the file.
    const settings = (file: string, destination: string) => {
      const said = execFileSync("ssh", ["-G", "-F", new URL(file, folder).pathname, destination], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      return new Map(
        `${said}`.split("\n").map((line) => [line.split(" ")[0] ?? "", line.split(" ").slice(1).join(" ")]),
      );
    };
    const safe = (set: ReadonlyMap<string, string>) => {
      assert.match(set.get("stricthostkeychecking") ?? "", /^(true|yes)$/);
      assert.equal(set.get("userknownhostsfile"), "/etc/jeda-ci/known_hosts");
      assert.equal(set.get("identityagent"), "none");
      assert.equal(set.get("identitiesonly"), "yes");
      assert.equal(set.get("passwordauthentication"), "no");
    };

    it("leads every alias of the shipped stacks to a key that only reads, or to the key of its purpose", () => {
      assert.equal(hosts.length, 16);
      for (const [purpose, alias] of hosts) {
        const edge = alias.includes("edge");
        const read = settings("ssh_config.read", alias);
        safe(read);
        assert.equal(read.get("identityfile"), `/etc/jeda-ci/${edge ? "edge" : "backup"}-read`, alias);
        const apply = settings("ssh_config.apply", alias);
        safe(apply);
        const key = edge ? `edge-${purpose}` : purpose === "read" ? "backup-read" : "backup";
        assert.equal(apply.get("identityfile"), `/etc/jeda-ci/${key}`, alias);
        assert.equal(apply.get("hostname"), read.get("hostname"));
        assert.equal(apply.get("hostkeyalias"), alias.replace(/-(read|window|policy)$/, ""));
      }
    });

    it("goes to the probe points through an edge, as nobody in particular", () => {
      assert.equal(probes.length, 12);
      for (const name of probes) {
        const apply = settings("ssh_config.apply", name);
        safe(apply);
        assert.equal(apply.get("user"), "probe");
        assert.equal(apply.get("identityfile"), "/etc/jeda-ci/probe");
        const jump = settings("ssh_config.apply", apply.get("proxyjump") ?? "none");
        assert.equal(jump.get("user"), "probe");
        assert.notEqual(jump.get("hostname"), apply.get("proxyjump"));
      }
    });
  });
});
