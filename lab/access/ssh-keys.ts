/** The key pairs of one lab, made anew whenever it comes up. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { clientKeys, type HostKeys, type KeyHolder, type PublicKeys, sshdHosts } from "./ssh-access.ts";

export interface LabKeys {
  readonly clients: PublicKeys;
  readonly hosts: HostKeys;
}

/** Where the private half of a client's key stands while the lab comes up. */
export const clientKeyFile = (directory: string, holder: KeyHolder, key: string): string =>
  join(directory, `${holder}-${key}`);
export const hostKeyFile = (directory: string, host: string): string => join(directory, `host-${host}`);

async function makeKey(file: string, comment: string): Promise<string> {
  await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file]);
  const [type, key] = (await readFile(`${file}.pub`, "utf8")).split(" ");
  return `${type} ${key}`;
}

/** Ed25519, private halves 0600, all in `directory` (0700). */
export async function makeKeys(directory: string): Promise<LabKeys> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const client = async (holder: KeyHolder) =>
    Object.fromEntries(
      await Promise.all(
        clientKeys[holder].map(async (key) => [
          key,
          await makeKey(clientKeyFile(directory, holder, key), `${holder}-${key}`),
        ]),
      ),
    );
  const hosts = Promise.all(
    sshdHosts.map(async (host) => [host, await makeKey(hostKeyFile(directory, host), host)] as const),
  );
  const [ops, backup, hostKeys] = await Promise.all([client("ops"), client("backup"), hosts]);
  return { clients: { ops, backup } as PublicKeys, hosts: Object.fromEntries(hostKeys) as HostKeys };
}

/** Puts a holder's keys, as `read`, `window` and so on, with known hosts and nothing else, into a directory. */
export async function layOutKeys(
  holder: KeyHolder,
  from: string,
  to: string,
  knownHosts: string,
): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const key of clientKeys[holder]) {
    await writeFile(join(to, key), await readFile(clientKeyFile(from, holder, key)), { mode: 0o600 });
  }
  await writeFile(join(to, "known_hosts"), knownHosts, { mode: 0o600 });
}
