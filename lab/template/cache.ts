/**
 * Templates: data that every lab of a size shares, made once, never changed, and shown to the lab's hosts
 * below a writable layer. A template is named by everything that goes into it.
 */

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { withLock } from "../../toolchain/lock.ts";
import { labCache } from "../state.ts";

export interface Template {
  readonly name: string;
  /** Whatever else than the generator's source decides about the content: size, software version. */
  readonly ingredients: readonly string[];
  /** Source files of the generator: a change of one makes another template. */
  readonly sources: readonly URL[];
  /** Fills an empty directory. */
  readonly make: (directory: string) => Promise<void>;
}

/** The template's directory, made first if it is not there; at most one process makes one at a time. */
export async function ensureTemplate(template: Template, log: (line: string) => void): Promise<string> {
  const hash = createHash("sha256");
  for (const ingredient of template.ingredients) hash.update(`${ingredient}\0`);
  for (const source of template.sources) hash.update(await readFile(source));
  const target = join(labCache(), `${template.name}-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(target)) return target;
  await mkdir(dirname(target), { recursive: true });
  await withLock(`${target}.lock`, 900, `the template ${template.name}`, async () => {
    if (existsSync(target)) return;
    const partial = `${target}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    const started = Date.now();
    log(`${template.name}: making it, once for all labs of this size`);
    await template.make(partial);
    await rename(partial, target);
    log(`${template.name}: made in ${((Date.now() - started) / 1000).toFixed(1)} s, kept in ${target}`);
  });
  return target;
}

/** Partial templates that a killed run left, whose lock nobody holds, are removed. */
export async function removePartialTemplates(): Promise<void> {
  const names = await readdir(labCache()).catch(() => []);
  for (const name of names.filter((candidate) => candidate.endsWith(".partial"))) {
    const lock = join(labCache(), name.replace(/\.partial$/, ".lock"));
    if (existsSync(lock)) continue; // somebody is at it
    await rm(join(labCache(), name), { recursive: true, force: true });
  }
}
