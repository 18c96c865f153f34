/** Secrets reach tools through files of mode 0600 in the runtime directory (tmpfs), never through argv. */
import { randomBytes } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { JedaError } from "../../model/errors.ts";
import type { Credentials } from "../../model/hospital.ts";

/** Writes the file whole or not at all: another tool may be reading the same name. Returns its path. */
export async function writeSecret(directory: string, name: string, content: string): Promise<string> {
  const path = join(directory, name);
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await writeFile(draft, content, { mode: 0o600, flag: "wx" });
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    throw cause;
  }
  return path;
}

/** @throws CREDENTIALS when the name is not in the map, or a user is needed and missing. */
export function credentialsOf(
  credentials: Credentials,
  name: string,
  owner: string,
): { readonly user: string; readonly password: string } {
  const found = Object.hasOwn(credentials, name) ? credentials[name] : undefined;
  if (found === undefined) {
    throw new JedaError("CREDENTIALS", `${owner}: there are no credentials named "${name}".`, {
      hint: `Set them: pulumi config set --secret --path 'jeda:credentials.${name}.password'`,
    });
  }
  return { user: found.user ?? "", password: found.password };
}

/** As `credentialsOf`, for accounts on a source. @throws CREDENTIALS */
export function accountOf(credentials: Credentials, name: string, owner: string) {
  const account = credentialsOf(credentials, name, owner);
  if (account.user === "") {
    throw new JedaError("CREDENTIALS", `${owner}: the credentials "${name}" name no user.`, {
      hint: `Set it: pulumi config set --secret --path 'jeda:credentials.${name}.user'`,
    });
  }
  return account;
}
