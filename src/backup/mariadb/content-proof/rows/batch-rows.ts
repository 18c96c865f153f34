/** Rows of a client's batch output as buffers: fields by tab, with `\n`, `\t`, `\0` and `\\` for these four bytes. */

const NEWLINE = 10;
const TAB = 9;
const BACKSLASH = 92;
const UNESCAPED: Readonly<Record<number, number>> = { 110: NEWLINE, 116: TAB, 48: 0 };

/**
 * @param onRow gets views that are valid only while it runs.
 * @throws Error for a row of another width, and when the stream ends within one.
 */
export async function batchRows(
  stream: AsyncIterable<Buffer>,
  width: number,
  onRow: (fields: readonly Buffer[]) => void,
): Promise<void> {
  let rest: Buffer[] = [];
  const fields: Buffer[] = new Array(width);
  for await (const piece of stream) {
    const last = piece.lastIndexOf(NEWLINE);
    if (last === -1) {
      rest.push(piece);
      continue;
    }
    rest.push(piece.subarray(0, last + 1));
    const lines = rest.length === 1 ? (rest[0] as Buffer) : Buffer.concat(rest);
    rest = last + 1 < piece.length ? [piece.subarray(last + 1)] : [];
    splitRows(lines, fields, onRow);
  }
  if (rest.length > 0) throw new Error("the rows break off");
}

/** @param lines ends with the end of a row. */
function splitRows(lines: Buffer, fields: Buffer[], onRow: (fields: readonly Buffer[]) => void): void {
  let slash = lines.indexOf(BACKSLASH);
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf(NEWLINE, start);
    if (slash !== -1 && slash < start) slash = lines.indexOf(BACKSLASH, start);
    const escaped = slash !== -1 && slash < end;
    let count = 0;
    for (let at = start; at <= end; count++) {
      // The last one is not searched for a tab that would be in some later row.
      const tab = count === fields.length - 1 ? -1 : lines.indexOf(TAB, at);
      const to = tab === -1 || tab > end ? end : tab;
      const field = lines.subarray(at, to);
      fields[count] = escaped ? unescaped(field) : field;
      at = to + 1;
    }
    if (count !== fields.length) throw new Error(`a row has ${count} fields instead of ${fields.length}`);
    onRow(fields);
    start = end + 1;
  }
}

function unescaped(field: Buffer): Buffer {
  let from = field.indexOf(BACKSLASH);
  if (from === -1) return field;
  const bytes = Buffer.allocUnsafe(field.length);
  let length = field.copy(bytes, 0, 0, from);
  while (from < field.length) {
    let byte = field[from++] as number;
    if (byte === BACKSLASH) {
      byte = field[from++] as number;
      byte = UNESCAPED[byte] ?? byte;
    }
    bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}
