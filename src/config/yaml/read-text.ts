/** A configuration file as text, or why it is none. */
import { isUtf8 } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { JedaError, JedaErrors, type Position } from "../../model/errors.ts";

/** A thousand segments with all their services take a third of it. */
export const LARGEST_BYTES = 2 ** 20;

/**
 * @param file as it is shown to people: relative to `projectDir`
 * @returns undefined when there is no such file
 * @throws JedaErrors (CONFIG) for what is no file of text, is too large, or may not be read
 */
export function readText(file: string, projectDir: string): string | undefined {
  try {
    return decode(file, readRegular(file, resolve(projectDir, file)));
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error instanceof JedaError) throw error;
    if (error.code === "ENOENT") return undefined;
    throw refused(
      file,
      start(file),
      `can't be read: ${error.message.split(",")[0]}`,
      "mend its mode or path",
    );
  }
}

function readRegular(file: string, path: string): Buffer {
  // Without O_NONBLOCK a named pipe would keep us waiting for somebody who writes.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile()) {
      const what = found.isDirectory() ? "is a directory" : "is not a file";
      throw refused(file, start(file), what, "put the YAML file in its place");
    }
    if (found.size > LARGEST_BYTES) {
      const sizes = `has ${found.size} bytes; at most ${LARGEST_BYTES} are read`;
      throw refused(file, start(file), sizes, "check that this is the file that was meant");
    }
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function decode(file: string, bytes: Buffer): string {
  const text = bytes.toString("utf8");
  if (isUtf8(bytes)) return text;
  // What can't be decoded comes back as other bytes: the first that differs is the place.
  const again = Buffer.from(text);
  const before = bytes
    .subarray(
      0,
      bytes.findIndex((byte, index) => byte !== again[index]),
    )
    .toString("utf8");
  const lines = before.split("\n");
  const at = { file, line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
  throw refused(file, at, "is not UTF-8 from here on", "save it as UTF-8");
}

const start = (file: string): Position => ({ file, line: 1, column: 1 });

function refused(file: string, at: Position, message: string, hint: string): JedaErrors {
  return new JedaErrors([new JedaError("CONFIG", `${file} ${message}`, { at, hint })]);
}
