/**
 * `jeda:credentials`: names and passwords, secret as a whole. Only names are looked at here; no message may
 * hold anything else of it, not even a field's wrong value.
 */
import type { Hospital } from "../../model/hospital.ts";
import { MODEL_KEYS } from "../schema/stack.ts";
import { didYouMean } from "../yaml/did-you-mean.ts";
import { isMap, quote } from "../yaml/invalid.ts";
import type { Path } from "../yaml/positions.ts";
import type { Problems } from "../yaml/problems.ts";

const HOW = "pulumi config set --secret --path 'jeda:credentials.NAME.password'";

/** Checks the map's shape. */
export function checkCredentials(value: unknown, problems: Problems): void {
  const top: Path = ["credentials"];
  if (value === undefined) {
    problems.add(top, "missing; the passwords of the sources and the repository", `set each with ${HOW}`);
    return;
  }
  if (!isMap(value)) {
    problems.add(top, "must be a map from names to { user, password }", `set each with ${HOW}`);
    return;
  }
  for (const [name, entry] of Object.entries(value)) {
    const path = [...top, name];
    if (!isMap(entry)) {
      problems.addAtKey(path, "must be { user, password }", `set it with ${HOW}`);
      continue;
    }
    for (const key of Object.keys(entry)) {
      if (key === "user" || key === "password") continue;
      problems.addAtKey([...path, key], "unknown field", didYouMean(key, ["user", "password"]));
    }
    if (!isText(entry.password) && !isEncrypted(entry.password)) {
      problems.addAtKey(path, "has no password, or an empty one", `set it with ${HOW}`);
    }
    if (entry.user !== undefined && !isText(entry.user) && !isEncrypted(entry.user)) {
      problems.addAtKey([...path, "user"], "must be text", 'write user: "name"');
    }
  }
}

/** Every name that the model uses must exist. */
export function checkCredentialNames(
  hospital: Pick<Hospital, "sources" | "backupHost">,
  value: unknown,
  problems: Problems,
): void {
  const entries = isMap(value) ? value : {};
  const names = Object.keys(entries);
  const used: { readonly name: string; readonly path: Path }[] = [
    { name: hospital.backupHost.repository.credentials, path: ["backupHost", "repository"] },
    ...hospital.sources.map((source, index) => ({ name: source.credentials, path: ["sources", index] })),
  ];
  for (const { name, path } of used) {
    const entry = entries[name];
    if (path[0] === "sources" && isMap(entry) && entry.user === undefined) {
      problems.addAtKey(["credentials", name], "has no user, and a source needs one", 'write user: "name"');
    }
    if (names.includes(name)) continue;
    const message = `there are no credentials named ${quote(name)}`;
    const set = `or set them with ${HOW.replace("NAME", name)}`;
    problems.add(path, message, `${didYouMean(name, names)} – ${set}`);
  }
}

/**
 * A secret inside a model key would land in state in clear, or hide the whole object.
 * @returns the model keys that are secret; their values must not be shown
 */
export function refuseSecretModelKeys(secretKeys: readonly string[], problems: Problems): string[] {
  const refused = MODEL_KEYS.filter((key) => secretKeys.includes(key));
  for (const key of refused) {
    const hint = `put passwords into jeda:credentials and refer to them by name (${HOW})`;
    problems.addAtKey([key], "has a secret inside; the description of the hospital is not secret", hint);
  }
  return refused;
}

/**
 * In the stack's file: passwords that stand there readable.
 * @returns whether there was one
 */
export function refuseClearPasswords(value: unknown, problems: Problems): boolean {
  let found = false;
  for (const [name, entry] of Object.entries(isMap(value) ? value : {})) {
    if (!isMap(entry) || !isText(entry.password)) continue;
    const hint = `change it, and encrypt the new one with ${HOW.replace("NAME", name)}`;
    problems.addAtKey(["credentials", name, "password"], "the password stands in clear in the file", hint);
    found = true;
  }
  return found;
}

/** Does anything below this value come encrypted, as Pulumi writes it? */
export function holdsSecret(value: unknown): boolean {
  if (isEncrypted(value)) return true;
  if (Array.isArray(value)) return value.some(holdsSecret);
  return isMap(value) && Object.values(value).some(holdsSecret);
}

function isEncrypted(value: unknown): boolean {
  return isMap(value) && Object.keys(value).length === 1 && typeof value.secure === "string";
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
