/** Whether a passphrase is the one that a stack's file was sealed with, by Pulumi's own way of asking. */
import { createDecipheriv, pbkdf2Sync } from "node:crypto";
import { readText } from "../src/config/yaml/read-text.ts";

/** PBKDF2 with a million rounds and AES-256-GCM: "v1:SALT:v1:NONCE:CIPHERTEXT", which opens to "pulumi". */
export function opensWith(passphrase: string, file: string): boolean {
  const text = readText(file, "/");
  if (text === undefined) return false;
  const salt = /^encryptionsalt: *["']?v1:([^:\s]+):v1:([^:\s]+):([^:\s"']+)/m.exec(text);
  if (salt === null) return false;
  const [bytes, nonce, sealed] = salt.slice(1).map((part) => Buffer.from(part, "base64"));
  if (bytes === undefined || nonce === undefined || sealed === undefined || sealed.length < 16) return false;
  const key = pbkdf2Sync(passphrase, bytes, 1_000_000, 32, "sha256");
  try {
    const cipher = createDecipheriv("aes-256-gcm", key, nonce);
    cipher.setAuthTag(sealed.subarray(-16));
    return cipher.update(sealed.subarray(0, -16), undefined, "utf8") + cipher.final("utf8") === "pulumi";
  } catch {
    return false;
  }
}
