/**
 * A preview only looks, yet Pulumi saves what `-c` says, and the salt of a passphrase, into the stack's file. So it is
 * given a copy, which is gone when it ends.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stackFileOf } from "../src/config/stack-file.ts";
import { readText } from "../src/config/yaml/read-text.ts";
import { repository } from "../toolchain/paths.ts";
import { flagValue } from "./named-stack.ts";

export interface OnACopy {
  /** What to put behind the words for Pulumi. */
  readonly words: readonly string[];
  readonly remove: () => void;
}

/** @throws JedaErrors when `stack` is no name of a stack, or its file no file of text */
export function onACopy(words: readonly string[], stack: string, cwd: string = process.cwd()): OnACopy {
  const named = flagValue(words, "--config-file");
  const file = named === undefined ? join(repository, stackFileOf(stack, repository)) : resolve(cwd, named);
  // Of a named pipe or a device a copy would never end.
  const text = readText(file, repository) ?? "";
  const directory = mkdtempSync(join(tmpdir(), "jeda-preview-"));
  const copy = join(directory, "stack.yaml");
  writeFileSync(copy, text);
  // Of a flag that is there twice Pulumi takes the last.
  return {
    words: ["--config-file", copy],
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
