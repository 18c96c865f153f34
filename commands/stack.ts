/** The stack that a lab command works on. */
import { execa } from "execa";
import { JedaError } from "../src/model/errors.ts";
import { repository } from "../toolchain/paths.ts";
import { prepareBackend, pulumiEnvironment } from "./environment.ts";

/**
 * Makes sure that `name` exists in the backend of `labId` (or the one the environment names) and is the selected
 * stack, so that `pulumi` verbs work without `--stack`. Nothing is asked. Throws PREREQUISITE with Pulumi's words.
 */
export async function ensureStack(name: string, labId: string): Promise<void> {
  const { pulumi, variables, isLab } = pulumiEnvironment(labId);
  if (isLab) prepareBackend(labId);
  const { exitCode, all } = await execa(
    pulumi,
    ["stack", "select", "--create", "--non-interactive", "--stack", name],
    { cwd: repository, env: variables, all: true, reject: false, stdin: "ignore", timeout: 60_000 },
  );
  if (exitCode === 0) return;
  throw new JedaError("PREREQUISITE", `Pulumi could not select the stack "${name}": ${all.trim()}`, {
    hint: `npm run -s pulumi -- stack init ${name}`,
  });
}
