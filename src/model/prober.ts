/** Trying flows from a host inside a segment, over one SSH session that lasts as long as the prober. */
/**
 * `refused` is a reset, or an error that says so: from the far end where packets pass and nobody listens, or from
 * a firewall on the way. It proves neither that packets pass nor that they are cut.
 */
export type Flow = "open" | "refused" | "cut" | "unknown";

export interface Prober {
  readonly destination: string;
  /** A new TCP connection; `target` is "host:port" or "[v6]:port". */
  tcp(target: string, timeoutMs: number): Promise<Flow>;
  ping(address: string, timeoutMs: number): Promise<Flow>;
  /** GET; `body` holds at most 4 KiB. `unknown` when the prober itself could not be asked. */
  http(
    url: string,
    timeoutMs: number,
  ): Promise<{ readonly flow: Flow; readonly status: number | null; readonly body: string }>;
  /** Opens a TCP connection and keeps it; resolves to whether it opened. */
  hold(id: string, target: string, timeoutMs: number): Promise<Flow>;
  /** Sends an HTTP request down the held connection and waits for an answer: does it still carry anything? */
  exercise(id: string, timeoutMs: number): Promise<Flow>;
  close(): Promise<void>;
}
