/** What a backup host signs about a window that ended ok, and how production checks it. Pure. */
import { createPublicKey, verify } from "node:crypto";
import { z } from "zod";
import { canonicalJson } from "../model/canonical-json.ts";

/** The essentials that a promotion rests on; nothing in it is a secret. */
export const statementSchema = z.object({
  hospital: z.string(),
  id: z.string(),
  result: z.string(),
  runbookHash: z.string(),
  endedAt: z.iso.datetime({ offset: true }),
});
export type Statement = z.infer<typeof statementSchema>;

/** As it stands in the stack's output `window`. */
export const sealSchema = z.object({
  /** "ed25519:" and the raw public key in base64. */
  key: z.string(),
  /** Base64. */
  signature: z.string(),
});
export type Seal = z.infer<typeof sealSchema>;

/** The prefix of a DER public key of this kind (RFC 8410); 32 bytes of key follow. */
const SPKI = Buffer.from("302a300506032b6570032100", "hex");
export const KEY_PATTERN: RegExp = /^ed25519:[A-Za-z0-9+/]{43}=$/;

/** The bytes that are signed. The word in front keeps the signature from meaning anything else. */
export function signedBytes({ hospital, id, result, runbookHash, endedAt }: Statement): Uint8Array {
  return Buffer.from(`jeda window v1\n${canonicalJson({ hospital, id, result, runbookHash, endedAt })}`);
}

export function keyText(spki: Uint8Array): string {
  return `ed25519:${Buffer.from(spki).subarray(SPKI.length).toString("base64")}`;
}

/** Null when the statement was signed by the pinned key; otherwise what is wrong, for a sentence that begins with the window. */
export function sealProblem(statement: Statement, seal: unknown, pinned: string): string | null {
  const parsed = sealSchema.safeParse(seal);
  if (!parsed.success) return "is not signed by its backup host";
  const { key, signature } = parsed.data;
  if (key !== pinned) return `is signed by another key than the pinned one (${key})`;
  const spki = Buffer.concat([SPKI, Buffer.from(pinned.slice("ed25519:".length), "base64")]);
  const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
  return verify(null, signedBytes(statement), publicKey, Buffer.from(signature, "base64"))
    ? null
    : "does not carry a signature that fits: what stands in the stack is not what the backup host signed";
}
