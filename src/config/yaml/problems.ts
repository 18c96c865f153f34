/** Collects everything that is wrong with a configuration, so that a person mends it all at once. */
import { JedaError, JedaErrors, type Position } from "../../model/errors.ts";
import { isMap, shortened } from "./invalid.ts";
import type { Path, Positions } from "./positions.ts";

export interface Warning {
  readonly message: string;
  readonly at: Position | undefined;
}

export class Problems {
  readonly errors: JedaError[] = [];
  readonly warnings: Warning[] = [];
  readonly #positions: Positions;
  readonly #config: unknown;

  /** `config` is what was written (keys without "jeda:"), used only to name things by their names. */
  constructor(positions: Positions, config: unknown) {
    this.#positions = positions;
    this.#config = config;
  }

  /** @param path where it stands, e.g. ["segments", 1, "cidrs", 0] */
  add(path: Path, message: string, hint?: string): void {
    this.#error(this.#positions.at(path), path, message, hint);
  }

  /** Like `add`, pointing at the field's name and not at its value. */
  addAtKey(path: Path, message: string, hint?: string): void {
    this.#error(this.#positions.keyAt(path), path, message, hint);
  }

  warn(path: Path, message: string): void {
    const at = this.#positions.at(path);
    this.warnings.push({ message: `${label(this.#config, path)}: ${message}`, at });
  }

  /** "file:line:column", to name a second place in a message; empty where positions aren't known. */
  place(path: Path): string {
    const at = this.#positions.at(path);
    return at === undefined ? "" : `${at.file}:${at.line}:${at.column}`;
  }

  /** @throws JedaErrors when anything is wrong */
  throwIfAny(): void {
    if (this.errors.length > 0) throw new JedaErrors(this.errors);
  }

  #error(at: Position | undefined, path: Path, message: string, hint: string | undefined): void {
    const detail = { ...(at === undefined ? {} : { at }), ...(hint === undefined ? {} : { hint }) };
    this.errors.push(new JedaError("CONFIG", `${label(this.#config, path)}: ${message}`, detail));
  }
}

/** `jeda:segments[1] (guest) cidrs[0]`: a place that can be found even without a line number. */
function label(config: unknown, path: Path): string {
  let text = "jeda:";
  let value = config;
  for (const [depth, step] of path.entries()) {
    value = child(value, step);
    if (typeof step === "number") {
      text += `[${step}]`;
      if (isMap(value) && typeof value.name === "string") text += ` (${shortened(value.name, 40)})`;
    } else {
      const separator = depth === 0 ? "" : text.endsWith(")") ? " " : ".";
      text += `${separator}${shortened(step, 80)}`;
    }
  }
  return text;
}

function child(value: unknown, step: string | number): unknown {
  if (typeof step === "number") return Array.isArray(value) ? value[step] : undefined;
  return isMap(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}
