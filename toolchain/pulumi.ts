/** `npm run -s pulumi -- ARG…`: Pulumi by the toolchain, on the lab's state unless the environment names its own. */

import { become } from "./become.ts";
import { ensureToolchain } from "./ensure.ts";
import { currentLab, prepareBackend, pulumiEnvironment } from "./environment.ts";
import { failed } from "./failed.ts";
import { opsPrefix } from "./ops.ts";

try {
  await ensureToolchain();
  const lab = currentLab();
  const { pulumi, variables, isLab } = pulumiEnvironment(lab);
  const prefix = isLab ? await opsPrefix(lab) : [];
  if (isLab) prepareBackend(lab);
  await become([...prefix, pulumi, ...process.argv.slice(2)], { ...process.env, ...variables });
} catch (error) {
  failed(error);
}
