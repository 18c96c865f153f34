/** What ssh said on standard error, as an error for the person on call. Pure. */
import { JedaError } from "../model/errors.ts";

/** @param changed whether the command may have run before ssh failed. */
export function sshFailure(
  destination: string,
  stderr: string,
  cause?: unknown,
  changed = "nothing",
): JedaError {
  const said = ownWords(stderr) || "ssh ended without a message";
  if (/HOST IDENTIFICATION HAS CHANGED|Host key verification failed|No .* host key is known/i.test(stderr)) {
    const isOther = /HAS CHANGED/i.test(stderr);
    return new JedaError(
      "HOST_KEY",
      `the host key of ${destination} ${isOther ? "has changed" : "is not known"}: ${said}`,
      {
        hint: isOther
          ? "Find out why before anything else: it may be another machine. Then put the new key into known_hosts."
          : "Compare the key with the host's own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then put it into known_hosts.",
        changed,
        cause,
      },
    );
  }
  if (/: Permission denied \(|Too many authentication failures/i.test(stderr)) {
    return new JedaError("CREDENTIALS", `${destination} does not accept this SSH key: ${said}`, {
      hint: `Check which key is offered: ssh -v ${destination}. The host must list it in authorized_keys.`,
      changed,
      cause,
    });
  }
  const what = changed === "nothing" ? "could not be reached by SSH" : "did not answer to the end";
  return new JedaError("UNREACHABLE", `${destination} ${what}: ${said}`, {
    hint: `Try it by hand: ssh ${destination}. Check address, route, firewall and that sshd runs there.`,
    changed,
    cause,
  });
}

/** How OpenSSH, and a netcat before it, begin what they say of a connection that fails. */
const speaks =
  /^(ssh|scp|nc|ncat|socat|kex_\w+|client_loop|packet_write_\w+|channel \d+|mux_\w+|stdio forwarding|banner exchange|connect(ion)? (to|from|closed|reset|timed out|refused)|received disconnect|disconnected|timeout|host key|no \S+ host key|load key|sign_and_send|bad |unable |could not|failed to |too many auth|\S+: permission denied \(|\S+@\S+: |command-line|\S+config)/i;

/** What ssh itself said of its failure: a banner may stand around it. */
function ownWords(stderr: string): string {
  const lines = meaningful(stderr);
  const own = lines.filter((line) => speaks.test(line));
  return (own.length > 0 ? own : lines).slice(-2).join(" ");
}

/** The last line that says something; empty where nothing does. */
export function lastWords(text: string): string {
  return meaningful(text).at(-1) ?? "";
}

function meaningful(text: string): string[] {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.replace(/\p{Cc}+/gu, " ").trim())
    .filter((line) => line !== "" && !noise.some((pattern) => pattern.test(line)));
}

/** What is printed beside the cause of a failure, and is none. */
const noise = [
  /^@+$|^\*\* /,
  /^(warning|pseudo-terminal).*(permanently added|setlocale|will not be allocated|known hosts)/i,
  /setlocale: LC_|cannot change locale|^perl: warning/i,
  /^IT IS POSSIBLE/,
] as const;
