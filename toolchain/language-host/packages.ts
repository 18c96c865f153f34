/** What a program depends on, as its package.json and node_modules say. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export interface Dependency {
  readonly name: string;
  readonly version: string;
}

interface PackageJson {
  readonly version?: string;
  readonly dependencies?: { readonly [name: string]: string };
  readonly devDependencies?: { readonly [name: string]: string };
  readonly pulumi?: { readonly resource?: boolean; readonly name?: string; readonly version?: string };
}

/** Plugins that installed packages ask for: those with `"pulumi": { "resource": true }`, as @pulumi/command has. */
export function requiredPackages(directory: string): Dependency[] {
  const modules = nodeModules(directory);
  if (modules === null) return [];
  return packageNames(modules).flatMap((name) => {
    const { pulumi, version } = read(join(modules, name, "package.json"));
    if (pulumi?.resource !== true) return [];
    const plugin = pulumi.name ?? name.replace(/^@pulumi\//, "").replace(/^@/, "");
    return [{ name: plugin, version: `v${(pulumi.version ?? version ?? "").replace(/^v/, "")}` }];
  });
}

/** The direct dependencies of the program with the versions that are installed; for `pulumi about`. */
export function dependencies(directory: string): Dependency[] {
  const modules = nodeModules(directory);
  if (modules === null) return [];
  const own = read(join(dirname(modules), "package.json"));
  return Object.entries({ ...own.dependencies, ...own.devDependencies }).map(([name, range]) => ({
    name,
    version: read(join(modules, name, "package.json")).version ?? range,
  }));
}

/** The nearest node_modules from `directory` upwards, as Node itself looks. */
function nodeModules(directory: string): string | null {
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    const modules = join(folder, "node_modules");
    if (existsSync(modules)) return modules;
    if (folder === dirname(folder)) return null;
  }
}

function packageNames(modules: string): string[] {
  return readdirSync(modules)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) =>
      name.startsWith("@") ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
    );
}

function read(file: string): PackageJson {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as PackageJson;
  } catch {
    // Not a package after all, or one that is just being installed.
    return {};
  }
}
