/**
 * Configuration as the Pulumi engine hands it to a program: text for single values, JSON for lists and maps.
 * It is compared with the stack's file, because only what stands in the file has a position there.
 */
import { isDeepStrictEqual } from "node:util";
import { PREFIX, type StackFile } from "./stack-file.ts";
import { isMap } from "./yaml/invalid.ts";
import { NO_POSITIONS, type Positions } from "./yaml/positions.ts";

/** The jeda keys of the engine's configuration, without "jeda:", lists and maps parsed. */
export function arrivedConfig(wire: Readonly<Record<string, string>>): Record<string, unknown> {
  const ours = Object.entries(wire).filter(([key]) => key.startsWith(PREFIX));
  return Object.fromEntries(ours.map(([key, text]) => [key.slice(PREFIX.length), parse(text)]));
}

function parse(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    // Text that only looks like JSON is judged as text by the schema, with its value.
    return text;
  }
}

/** Positions for those keys whose value is the file's; the others came from elsewhere and have none. */
export function positionsOfSame(
  arrived: Readonly<Record<string, unknown>>,
  file: StackFile | undefined,
): Positions {
  if (file === undefined) return NO_POSITIONS;
  const { config, positions } = file;
  const known = new Map<unknown, boolean>();
  const same = (key: unknown): boolean => {
    const answer = known.get(key) ?? compared(key);
    known.set(key, answer);
    return answer;
  };
  const compared = (key: unknown): boolean => {
    if (typeof key !== "string") return false;
    // A key that is missing in both: the nearest place is the file's `config`.
    if (!Object.hasOwn(arrived, key)) return !Object.hasOwn(config, key);
    return Object.hasOwn(config, key) && equal(arrived[key], config[key]);
  };
  return {
    at: (path) => (same(path[0]) ? positions.at(path) : undefined),
    keyAt: (path) => (same(path[0]) ? positions.keyAt(path) : undefined),
  };
}

function equal(arrived: unknown, written: unknown): boolean {
  // Single values at the top arrive as text whatever they are.
  if (typeof arrived === "string" && typeof written !== "object") return arrived === String(written);
  return isDeepStrictEqual(likeWritten(arrived, written), written);
}

/** Puts the file's ciphertext where the clear text arrived: whether they agree can't be seen from here. */
function likeWritten(arrived: unknown, written: unknown): unknown {
  if (isMap(written) && typeof written.secure === "string" && typeof arrived === "string") return written;
  if (Array.isArray(arrived) && Array.isArray(written)) {
    return arrived.map((value, index) => likeWritten(value, written[index]));
  }
  if (isMap(arrived) && isMap(written)) {
    return Object.fromEntries(
      Object.entries(arrived).map(([key, value]) => [
        key,
        likeWritten(value, Object.hasOwn(written, key) ? written[key] : undefined),
      ]),
    );
  }
  return arrived;
}
