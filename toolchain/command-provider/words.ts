/** Failures in the words of the official provider, which is a Go program and lets Go's library say them. */
import { constants } from "node:os";

const signalWords: { readonly [name: string]: string } = {
  SIGHUP: "hangup",
  SIGINT: "interrupt",
  SIGQUIT: "quit",
  SIGABRT: "aborted",
  SIGKILL: "killed",
  SIGSEGV: "segmentation fault",
  SIGPIPE: "broken pipe",
  SIGALRM: "alarm clock",
  SIGTERM: "terminated",
};

/** Null for success. */
export function exitText(code: number | null, signal: NodeJS.Signals | null): string | null {
  if (signal !== null) return `signal: ${signalWords[signal] ?? `signal ${constants.signals[signal]}`}`;
  return code === 0 ? null : `exit status ${code}`;
}

export function startText(error: NodeJS.ErrnoException, program: string, dir: string | undefined): string {
  const reasons: { readonly [code: string]: string } = {
    ENOENT: "no such file or directory",
    EACCES: "permission denied",
    ENOTDIR: "not a directory",
    E2BIG: "argument list too long",
    ENOEXEC: "exec format error",
  };
  const reason = reasons[error.code ?? ""] ?? error.message;
  // Node names the program even when it is the directory that is missing.
  return dir === undefined ? `fork/exec ${program}: ${reason}` : `chdir ${dir}: ${reason}`;
}

/** As Go's %q: double quotes, and escapes for what can't be shown. */
export function quoted(text: string): string {
  const short: { readonly [character: string]: string } = {
    '"': '\\"',
    "\\": "\\\\",
    "\u0007": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what has to be escaped
  const escaped = text.replace(/["\\\u0000-\u001f\u007f]/g, (character) => {
    return short[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `"${escaped}"`;
}
