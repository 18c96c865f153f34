/** Bytes into lines, whole characters kept together across chunks. */
import { StringDecoder } from "node:string_decoder";

export class LineSplitter {
  readonly #tell: (line: string) => void;
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  write(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#tell(line.endsWith("\r") ? line.slice(0, -1) : line);
  }

  /** Tells what came after the last newline, if anything. */
  end(): void {
    const last = this.#rest + this.#decoder.end();
    this.#rest = "";
    if (last !== "") this.#tell(last);
  }
}
