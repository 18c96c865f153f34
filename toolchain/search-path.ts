/** Programs by name, as the shell would look for them. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Every executable file called `name` on `path`, in order; empty entries (the working directory) are left out. */
export function findOnPath(name: string, path: string): string[] {
  const found = path
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .filter(isExecutable);
  return [...new Set(found)];
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
