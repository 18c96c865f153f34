/** A request for more time, handed from the command that asks to the runner: one file, at most one at a time. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { ExtensionRequest } from "../../verdict/extension-rules.ts";
import type { WindowPlaces } from "./paths.ts";

/** False when another one is waiting. It appears whole or not at all. */
export function handIn({ extendRequest }: WindowPlaces, request: ExtensionRequest): boolean {
  const draft = `${extendRequest}.${request.id}`;
  writeFileSync(draft, JSON.stringify(request), { mode: 0o600 });
  try {
    linkSync(draft, extendRequest);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Null when nobody has asked. Who takes a request has it alone. */
export function takeRequest({ extendRequest }: WindowPlaces): ExtensionRequest | null {
  const taken = `${extendRequest}.taken`;
  try {
    renameSync(extendRequest, taken);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const request = JSON.parse(readFileSync(taken, "utf8")) as ExtensionRequest;
  rmSync(taken, { force: true });
  return request;
}
