/** `npm run -s pulumi -- ARG…`: Pulumi by the toolchain, on the lab's state unless the environment names its own. */
import { resolve } from "node:path";
import { execa } from "execa";
import { readText } from "../src/config/yaml/read-text.ts";
import { ensureToolchain } from "../toolchain/ensure.ts";
import { repository } from "../toolchain/paths.ts";
import { failed } from "../toolchain/print-failure.ts";
import { become } from "../toolchain/run-foreground.ts";
import { onACopy } from "./config-copy.ts";
import {
  currentLab,
  homeOf,
  type PulumiEnvironment,
  prepareBackend,
  pulumiEnvironment,
} from "./environment.ts";
import { demandLabStack, isForeignProject } from "./lab-only.ts";
import { demandOneStack, flagValue, isPreview, namedStacks } from "./named-stack.ts";
import { opsPrefix } from "./ops.ts";

/** Of another project nothing of the lab's is known. */
const labOnly = ["PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_STACK", "JEDA_STACK"];

/** The stack of a preview, as Pulumi will choose it. */
async function stackOf(
  words: readonly string[],
  { pulumi, variables, isLab }: PulumiEnvironment,
): Promise<string> {
  const [named] = namedStacks(words, { ...process.env, ...variables });
  if (named !== undefined) return named;
  if (isLab) return "lab";
  const { stdout } = await execa(pulumi, ["stack", "--show-name", "--non-interactive"], {
    ...{ cwd: repository, env: variables, reject: false, stdin: "ignore", timeout: 60_000 },
  });
  return stdout.trim();
}

async function ofThisClone(words: readonly string[], environment: PulumiEnvironment): Promise<void> {
  const { pulumi, variables, isLab } = environment;
  const lab = currentLab();
  const prefix = isLab ? await opsPrefix(lab) : [];
  if (isLab) prepareBackend(lab);
  const all = { ...process.env, ...variables };
  const stack = isPreview(words) ? await stackOf(words, environment) : "";
  if (stack === "") return become([...prefix, pulumi, ...words], all);
  const copy = onACopy(words, stack);
  await become([...prefix, pulumi, ...words, ...copy.words], all).finally(copy.remove);
}

try {
  const words = process.argv.slice(2);
  const isForeign = isForeignProject(words, process.cwd());
  const planned = pulumiEnvironment(currentLab());
  if (!isForeign) {
    demandOneStack(words);
    // Pulumi would read a device or a named pipe for ever.
    const file = flagValue(words, "--config-file", "--stack-config-file");
    if (file !== undefined) readText(resolve(file), "/");
  }
  if (planned.isLab && !isForeign) demandLabStack(words, process.env, homeOf(planned));
  await ensureToolchain();
  const environment = pulumiEnvironment(currentLab());
  if (!isForeign) await ofThisClone(words, environment);
  else {
    const variables = Object.entries(environment.variables).filter(([name]) => !labOnly.includes(name));
    await become([environment.pulumi, ...words], { ...process.env, ...Object.fromEntries(variables) });
  }
} catch (error) {
  failed(error);
}
