/** `Prober` over one SSH session, opened at the first question and again, after a while, when it has ended. */
import type { Flow, Prober } from "../model/prober.ts";
import { openProbeSession, type ProbeSession, type Start } from "./session.ts";
import { parseHttpAnswer, splitTarget } from "./wire.ts";

/** A probe point that could not be reached is left alone for so long. */
const againMs = 3_000;

const flows: ReadonlySet<string> = new Set<Flow>(["open", "refused", "cut", "unknown"]);

export function sshProber(destination: string, start?: Start): Prober {
  let opening: Promise<ProbeSession> | undefined;
  let notBefore = 0;

  const session = async (): Promise<ProbeSession | null> => {
    const open = await opening?.catch(() => undefined);
    if (open !== undefined && !open.ended) return open;
    if (performance.now() < notBefore) return null;
    notBefore = performance.now() + againMs;
    opening = openProbeSession(destination, start);
    return opening.catch(() => null);
  };

  const ask = async (words: readonly string[], timeoutMs: number): Promise<readonly string[]> => {
    const answer = await (await session())?.ask(words, timeoutMs);
    return answer ?? ["unknown"];
  };

  const flow = async (words: readonly string[], timeoutMs: number): Promise<Flow> => {
    const [word = ""] = await ask(words, timeoutMs);
    return flows.has(word) ? (word as Flow) : "unknown";
  };

  return {
    destination,
    tcp: async (target, timeoutMs) => flow(["tcp", ...splitTarget(target), seconds(timeoutMs)], timeoutMs),
    // ping counts whole seconds.
    ping: async (address, timeoutMs) =>
      flow(["ping", ...plain(address), String(Math.ceil(timeoutMs / 1000))], timeoutMs),
    hold: async (id, target, timeoutMs) =>
      flow(["hold", ...plain(id), ...splitTarget(target), seconds(timeoutMs)], timeoutMs),
    exercise: async (id, timeoutMs) => flow(["exercise", ...plain(id), seconds(timeoutMs)], timeoutMs),
    http: async (url, timeoutMs) => {
      const { protocol, hostname, port, pathname, search, host, href } = new URL(url);
      const bare = hostname.replace(/^\[|\]$/gu, "");
      const words =
        protocol === "https:"
          ? ["https", href, seconds(timeoutMs)]
          : ["http", bare, port || "80", `${pathname}${search}`, host, seconds(timeoutMs)];
      const [word = "", body = ""] = await ask(words, timeoutMs);
      const seen = flows.has(word) ? (word as Flow) : "unknown";
      return { flow: seen, ...parseHttpAnswer(Buffer.from(body, "base64").toString("utf8")) };
    },
    close: async () => {
      const open = await opening?.catch(() => undefined);
      await open?.close();
    },
  };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** Only what can't be mistaken for another word of a request. */
function plain(word: string): readonly [string] {
  if (!/^[A-Za-z0-9_.:-]+$/u.test(word)) throw new TypeError(`not an address or a name: "${word}"`);
  return [word];
}
