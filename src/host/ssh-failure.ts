/** What ssh said on standard error, as an error for the person on call. Pure. */
import { JedaError } from "../model/errors.ts";

export function sshFailure(destination: string, stderr: string, cause?: unknown): JedaError {
  const said = lastWords(stderr);
  if (/HOST IDENTIFICATION HAS CHANGED|Host key verification failed|No .* host key is known/i.test(stderr)) {
    const changed = /HAS CHANGED/i.test(stderr);
    return new JedaError(
      "HOST_KEY",
      `the host key of ${destination} ${changed ? "has changed" : "is not known"}: ${said}`,
      {
        hint: changed
          ? "Find out why before anything else: it may be another machine. Then put the new key into known_hosts."
          : "Compare the key with the host's own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then put it into known_hosts.",
        cause,
      },
    );
  }
  if (/Permission denied|Too many authentication failures/i.test(stderr)) {
    return new JedaError("CREDENTIALS", `${destination} does not accept this SSH key: ${said}`, {
      hint: `Check which key is offered: ssh -v ${destination}. The host must list it in authorized_keys.`,
      cause,
    });
  }
  return new JedaError("UNREACHABLE", `${destination} could not be reached by SSH: ${said}`, {
    hint: `Try it by hand: ssh ${destination}. Check address, route, firewall and that sshd runs there.`,
    cause,
  });
}

/** The last lines that say something, on one line. */
function lastWords(stderr: string): string {
  const lines = stderr
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(@+|Warning: Permanently added|IT IS POSSIBLE)/.test(line));
  return lines.slice(-2).join(" ") || "ssh ended without a message";
}
