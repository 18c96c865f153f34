/** `npm run lab`, `lab:down` and `lab:sh`: the lab's own command line. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { hostCommand, hostEnvironment, labHost } from "../lab/access/shell.ts";
import { labDown } from "../lab/down.ts";
import type { EdgeCount } from "../lab/hospital.ts";
import { rebootHost } from "../lab/machines/power.ts";
import { keptText } from "../lab/others-state.ts";
import { useSystemPath } from "../lab/prerequisites.ts";
import { type HostReleases, hostRelease } from "../lab/roots/host-root.ts";
import { whileStanding } from "../lab/standing.ts";
import { DEFAULT_LAB, type LabSize, stateDir } from "../lab/state.ts";
import { labStatus } from "../lab/status.ts";
import { labUp } from "../lab/up.ts";
import { entryCounts, labWork } from "../lab/workload.ts";
import { JedaError } from "../src/model/errors.ts";
import { ensurePackages, ensureToolchain } from "../toolchain/ensure.ts";
import { repository } from "../toolchain/paths.ts";
import { demandLabPassphrase } from "./lab-only.ts";
import { printReport, runWindow } from "./lab-window.ts";

const usage = `usage: lab up [--size standard|tiny] [--edges 1|2] [--release HOST=RELEASE] [--id ID] [--json] [--only-hospital]
       lab down [--id ID]
       lab sh HOST [COMMAND…]
       lab reboot HOST [--id ID]
       lab status [--id ID] [--json]
       lab work start|stop|count [--id ID]
The lab's id is "lab" unless --id or JEDA_LAB name another.`;

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

function refuse(message: string): never {
  throw new JedaError("CONFIG", message, { hint: usage });
}

function edgesOf(value: string): EdgeCount {
  if (value === "1" || value === "2") return value === "1" ? 1 : 2;
  return refuse(`a lab has 1 or 2 edges, not "${value}"`);
}

function sizeOf(value: string): LabSize {
  if (value === "standard" || value === "tiny") return value;
  return refuse(`"${value}" is not a size of the lab: standard or tiny`);
}

/** `sh` takes everything after HOST as it stands, so it is looked at before options are. */
async function shell(id: string, words: readonly string[]): Promise<number> {
  const [host, ...command] = words[0] === "--" ? words.slice(1) : words;
  if (host === undefined) return refuse("sh: which host?");
  if (command[0] === "--") command.shift();
  const argv = command.length > 0 ? command : ["bash"];
  const term = process.env.TERM === undefined ? {} : { TERM: process.env.TERM };
  const [file = "nsenter", ...rest] = hostCommand(id, labHost(host), argv);
  // Ctrl-C is the command's, not ours: we only pass its exit code on.
  process.on("SIGINT", () => {});
  const result = await execa(file, rest, {
    stdio: "inherit",
    reject: false,
    extendEnv: false,
    env: { ...hostEnvironment, ...term },
  });
  return result.exitCode ?? 1;
}

async function main(words: string[]): Promise<number> {
  const verb = words[0];
  const fallback = process.env.JEDA_LAB || DEFAULT_LAB;
  if (verb === "sh") {
    const named = words[1] === "--id" ? words[2] : undefined;
    return shell(named ?? fallback, words.slice(named === undefined ? 1 : 3));
  }
  const { values, positionals } = parseArgs({
    args: words.slice(1),
    allowPositionals: true,
    options: {
      id: { type: "string", default: fallback },
      size: { type: "string", default: "standard" },
      edges: { type: "string", default: "1" },
      release: { type: "string", multiple: true, default: [] },
      json: { type: "boolean", default: false },
      "only-hospital": { type: "boolean", default: false },
    },
  });
  const { id, json } = values;
  switch (verb) {
    case "up": {
      if (!values["only-hospital"])
        demandLabPassphrase(process.env, join(repository, "stacks/Pulumi.lab.yaml"));
      await ensurePackages();
      await ensureToolchain();
      const releases: HostReleases = Object.fromEntries(
        values.release.map((word) => hostRelease(word, labHost)),
      );
      const [size, edges] = [sizeOf(values.size), edgesOf(values.edges)];
      const state = await labUp({ id, size, edges, releases, log: say });
      if (values["only-hospital"]) {
        if (json) process.stdout.write(`${JSON.stringify(state)}\n`);
        return 0;
      }
      const { report, exitCode } = await runWindow(id, say).catch((error: unknown) => {
        throw whileStanding(id, error);
      });
      printReport(report, json);
      say(`lab ${id}: the hospital stays up; npm run lab:down takes it away`);
      return exitCode;
    }
    case "down": {
      const kept = await labDown(id);
      say(`lab ${id}: nothing of it is left in ${stateDir(id)}, in namespaces, mounts or processes`);
      for (const one of kept) say(keptText(one));
      return 0;
    }
    case "reboot":
      useSystemPath();
      await rebootHost(id, labHost(positionals[0] ?? refuse("reboot: which host?")));
      return 0;
    case "status":
      process.stdout.write(labStatus(id, json));
      return 0;
    case "work": {
      const what = positionals[0];
      if (what === "count") process.stdout.write(`${JSON.stringify(await entryCounts(id))}\n`);
      else if (what === "start" || what === "stop") await labWork(id, what);
      else return refuse("work: start, stop or count?");
      return 0;
    }
    default:
      return refuse(verb === undefined ? "what shall the lab do?" : `"${verb}" is not a verb of the lab`);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof JedaError) {
    say(
      `error: ${error.message}${error.hint === undefined ? "" : `\n${error.hint}`}\nchanged: ${error.changed}`,
    );
  } else if (
    error instanceof TypeError &&
    "code" in error &&
    String(error.code).startsWith("ERR_PARSE_ARGS")
  ) {
    say(`error: ${error.message}\n${usage}`);
  } else {
    say(`error: ${error instanceof Error ? error.message : String(error)}`);
  }
  process.exitCode = 1;
}
