/**
 * `eval "$(npm run -s toolchain:env)"`: lines for a shell, after which `pulumi`, typed literally, is
 * `npm run -s pulumi --`, from whatever directory inside the repository.
 */
import { join } from "node:path";
import { ensureToolchain } from "../toolchain/ensure.ts";
import { repository } from "../toolchain/paths.ts";
import { failed } from "../toolchain/print-failure.ts";
import { shellWord } from "../toolchain/shell-word.ts";
import { currentLab } from "./environment.ts";

try {
  await ensureToolchain();
  process.stdout.write(`export PATH=${shellWord(join(repository, "toolchain/shim"))}:"$PATH"\n`);
  process.stdout.write(`export JEDA_LAB=${shellWord(currentLab())}\n`);
} catch (error) {
  failed(error);
}
