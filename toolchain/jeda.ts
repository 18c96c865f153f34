/** `npm run -s jeda -- ARG…`: jeda's own command line, where and as what Pulumi would run it. */
import { join } from "node:path";
import { become } from "./become.ts";
import { ensureToolchain } from "./ensure.ts";
import { currentLab, pulumiEnvironment } from "./environment.ts";
import { failed } from "./failed.ts";
import { opsPrefix } from "./ops.ts";
import { repository } from "./paths.ts";

try {
  await ensureToolchain();
  const lab = currentLab();
  const { variables, isLab } = pulumiEnvironment(lab);
  const prefix = isLab ? await opsPrefix(lab) : [];
  const words = [join(repository, "bin/jeda"), ...process.argv.slice(2)];
  await become([...prefix, ...words], { ...process.env, ...variables });
} catch (error) {
  failed(error);
}
