/** What `restic --json` prints, one JSON object a line (restic 0.17 to 0.19, doc/075_scripting.rst). */

export interface ResticSummary {
  readonly snapshot: string | null;
  readonly files: number;
  readonly bytes: number;
  readonly bytesAdded: number;
}

export interface SnapshotEntry {
  readonly path: string;
  readonly size: number;
  /** Epoch milliseconds. */
  readonly mtimeMs: number;
}

export interface SnapshotHeader {
  readonly id: string;
  /** ISO 8601 with offset. */
  readonly time: string;
  readonly host: string;
  readonly tags: readonly string[];
  readonly paths: readonly string[];
}

export type ResticMessage =
  | { readonly type: "status"; readonly bytesDone: number; readonly filesDone: number }
  | { readonly type: "summary"; readonly summary: ResticSummary }
  | { readonly type: "error"; readonly item: string; readonly message: string }
  | { readonly type: "exit"; readonly code: number; readonly message: string }
  | { readonly type: "snapshot"; readonly header: SnapshotHeader }
  | { readonly type: "file"; readonly entry: SnapshotEntry }
  | { readonly type: "other" };

/** A line that is not JSON (a library that prints by itself) is `other`: exit codes decide, not the text. */
export function parseResticLine(line: string): ResticMessage {
  const value = jsonObject(line);
  switch (value?.message_type) {
    case "status":
      return { type: "status", bytesDone: number(value.bytes_done), filesDone: number(value.files_done) };
    case "summary":
      return {
        type: "summary",
        summary: {
          snapshot: typeof value.snapshot_id === "string" ? value.snapshot_id : null,
          files: number(value.total_files_processed),
          bytes: number(value.total_bytes_processed),
          bytesAdded: number(value.data_added_packed),
        },
      };
    case "error":
      return { type: "error", item: text(value.item), message: errorText(value).trim() };
    case "exit_error":
      return { type: "exit", code: number(value.code), message: text(value.message) };
    case "snapshot":
      return {
        type: "snapshot",
        header: {
          id: text(value.id),
          time: text(value.time),
          host: text(value.hostname),
          tags: strings(value.tags),
          paths: strings(value.paths),
        },
      };
    case "node":
      if (value.type !== "file") return { type: "other" };
      return {
        type: "file",
        entry: { path: text(value.path), size: number(value.size), mtimeMs: Date.parse(text(value.mtime)) },
      };
    default:
      return { type: "other" };
  }
}

function jsonObject(line: string): Record<string, unknown> | null {
  if (!line.startsWith("{")) return null;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** `check` writes `message` where every other command writes `error`, a text or an object. */
function errorText({ error, message }: Record<string, unknown>): string {
  if (typeof error === "object" && error !== null && "message" in error) return text(error.message);
  return text(error) || text(message);
}
