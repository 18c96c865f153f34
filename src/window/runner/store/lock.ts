/**
 * A lock that the kernel gives back when its holder dies, and never before: the holder listens on an abstract
 * Unix socket (unix(7)), whose name only one process of a host can have and which vanishes with it. No file can
 * go stale, no time limit can take it from a slow holder. Who asks is told by the holder itself who it is.
 */
import { createHash } from "node:crypto";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { JedaError } from "../../../model/errors.ts";
import { type ProcessIdentity, thisProcess } from "../../clocks/process-identity.ts";

export interface Holder extends ProcessIdentity {
  /** Id of the window it is held for. */
  readonly window: string;
}

export interface Lock {
  release(): Promise<void>;
}

/** How long a holder may take to say who it is; a stopped process holds the lock without saying so. */
const answerMs = 1_000;

/** @throws JedaError LOCKED when somebody else has it, saying who. */
export async function takeLock(scope: string, window: string): Promise<Lock> {
  const holder: Holder = { ...thisProcess(), window };
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(`${JSON.stringify(holder)}\n`);
  });
  try {
    await listen(server, address(scope));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw await locked(scope);
  }
  server.unref();
  return {
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Null when nobody holds it, "silent" when the holder did not answer. */
export function lockHolder(scope: string): Promise<Holder | "silent" | null> {
  return new Promise((resolve) => {
    const socket = connect(address(scope));
    let text = "";
    const done = (answer: Holder | "silent" | null): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(done, answerMs, "silent");
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("end", () => done(text === "" ? "silent" : (JSON.parse(text) as Holder)));
    socket.on("error", (error: NodeJS.ErrnoException) => done(error.code === "EAGAIN" ? "silent" : null));
  });
}

/** An abstract name has at most 107 bytes: hence the hash. */
function address(scope: string): string {
  return `\0jeda/${createHash("sha256").update(scope).digest("hex").slice(0, 32)}`;
}

function listen(server: Server, path: string): Promise<AddressInfo | string | null> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => resolve(server.address()));
  });
}

async function locked(scope: string): Promise<JedaError> {
  const holder = await lockHolder(scope);
  const who =
    holder === null || holder === "silent"
      ? "a process that does not answer"
      : `window ${holder.window}, process ${holder.pid}`;
  return new JedaError("LOCKED", `another window holds this hospital: ${who}`, {
    hint: "follow it (jeda window follow) or end it (jeda window abort); the lock is free as soon as that process has ended",
  });
}
