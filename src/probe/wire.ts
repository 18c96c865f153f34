/** Targets and answers as they go over a probe session. Pure. */

/** @throws TypeError for anything but "host:port" and "[v6]:port". */
export function splitTarget(target: string): readonly [host: string, port: string] {
  const found = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_.-]+)):([0-9]{1,5})$/u.exec(target);
  const host = found?.[1] ?? found?.[2];
  const port = found?.[3];
  if (host === undefined || port === undefined || Number(port) > 65_535) {
    throw new TypeError(`"${target}" is not host:port or [v6]:port`);
  }
  return [host, port];
}

/** Status and body of an HTTP answer; a null status when the text is none. */
export function parseHttpAnswer(text: string): { readonly status: number | null; readonly body: string } {
  const status = /^HTTP\/[0-9.]+ ([1-5][0-9]{2})/u.exec(text)?.[1];
  if (status === undefined) return { status: null, body: "" };
  const end = text.search(/\r?\n\r?\n/u);
  return { status: Number(status), body: end < 0 ? "" : text.slice(end).replace(/^\r?\n\r?\n/u, "") };
}
