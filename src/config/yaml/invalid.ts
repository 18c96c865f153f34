/** A value that can't be read. The caller knows where it stands and makes a positioned `JedaError` of it. */
export class Invalid extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** A value as a person would recognise it, cut to a length that leaves room for the reason. */
export function quote(value: unknown): string {
  const text = value === undefined ? "nothing" : (JSON.stringify(value) ?? String(value));
  return shortened(text, 80);
}

/** `text`, cut to `longest` characters. */
export function shortened(text: string, longest = 300): string {
  return text.length > longest ? `${text.slice(0, longest - 3)}…` : text;
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
