/** `npm run check [-- --write]`: format, lint and types. */
import { execa } from "execa";
import { repository } from "../paths.ts";
import { failed } from "../print-failure.ts";

const steps = [
  ["node_modules/@biomejs/biome/bin/biome", "check", ...process.argv.slice(2), "."],
  ["node_modules/typescript/bin/tsc"],
];

try {
  for (const words of steps) {
    const { exitCode } = await execa(process.execPath, words, {
      cwd: repository,
      stdio: "inherit",
      reject: false,
    });
    if (exitCode !== 0) process.exitCode = 1;
  }
} catch (error) {
  failed(error);
}
