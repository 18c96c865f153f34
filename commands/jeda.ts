/** `npm run -s jeda -- ARG…`: jeda's own command line, where and as what Pulumi would run it. */
import { join } from "node:path";
import { ensureToolchain } from "../toolchain/ensure.ts";
import { repository } from "../toolchain/paths.ts";
import { failed } from "../toolchain/print-failure.ts";
import { become } from "../toolchain/run-foreground.ts";
import { currentLab, pulumiEnvironment } from "./environment.ts";
import { flagValue, isLabStack } from "./named-stack.ts";
import { opsPrefix } from "./ops.ts";

try {
  await ensureToolchain();
  const lab = currentLab();
  const words = process.argv.slice(2);
  const { variables, isLab } = pulumiEnvironment(lab);
  const stack = flagValue(words, "--stack") ?? process.env.JEDA_STACK ?? "lab";
  // As ops of a lab nothing but that lab can be reached: whoever names another hospital is not taken there.
  const prefix = isLab && (isLabStack(stack) || stack.endsWith(".yaml")) ? await opsPrefix(lab) : [];
  const { JEDA_STACK: own = "", ...rest } = variables;
  const standing = prefix.length > 0 ? { JEDA_STACK: own } : {};
  const all = { ...process.env, ...rest, ...standing };
  await become([...prefix, join(repository, "bin/jeda"), ...words], all);
} catch (error) {
  failed(error);
}
