/** The lab makes its users with `lab/access/credentials.ts`; jeda reads the same values out of the lab's stack. */
import assert from "node:assert/strict";
import { createDecipheriv, pbkdf2Sync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { labPassphrase } from "../../../commands/environment.ts";
import { labCredentials } from "../../../lab/access/credentials.ts";
import { projectDir } from "./hospital-yaml.ts";

/** Pulumi's passphrase encryption: PBKDF2 with a million rounds, AES-256-GCM, "v1:nonce:ciphertext+tag". */
function decrypter(encryptionSalt: string): (secure: string) => string {
  const [, salt = ""] = encryptionSalt.split(":");
  const key = pbkdf2Sync(labPassphrase, Buffer.from(salt, "base64"), 1_000_000, 32, "sha256");
  return (secure) => {
    const [, nonce = "", sealed = ""] = secure.split(":");
    const bytes = Buffer.from(sealed, "base64");
    const cipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
    cipher.setAuthTag(bytes.subarray(-16));
    return cipher.update(bytes.subarray(0, -16)).toString("utf8") + cipher.final("utf8");
  };
}

describe("the credentials of the lab's stack", () => {
  it("are those that the lab was made with", () => {
    const file = parse(readFileSync(join(projectDir, "stacks/Pulumi.lab.yaml"), "utf8"));
    const decrypt = decrypter(file.encryptionsalt);
    const { repository, records, "office-files": files } = file.config["jeda:credentials"];
    assert.equal(decrypt(repository.password.secure), labCredentials.repository.password);
    const account = (entry: { user: string; password: { secure: string } }) => ({
      user: entry.user,
      password: decrypt(entry.password.secure),
    });
    assert.deepEqual(account(records), labCredentials.mariadbBackup);
    assert.deepEqual(account(files), labCredentials.smbBackup);
  });
});
