/** Looking for the lab's passwords by value, wherever they must not be. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { labCredentials } from "../../lab/access/credentials.ts";
import { namespaceInodesOfOthers } from "./footprint.ts";

/** Every password of the lab, by the name it has there. */
export const secrets: ReadonlyMap<string, string> = new Map(
  Object.entries(labCredentials).map(([name, one]) => [
    name,
    "password" in one ? one.password : one.passphrase,
  ]),
);

/** Names of the passwords that stand in a text, plainly or in an encoding that is not meant to hide it. */
export function secretsIn(text: string | Buffer): readonly string[] {
  const found = [...secrets].filter(([, value]) =>
    [value, Buffer.from(value).toString("base64").replace(/=+$/, ""), encodeURIComponent(value)].some(
      (form) => text.includes(form),
    ),
  );
  return found.map(([name]) => name);
}

export interface ProcessLeak {
  readonly secret: string;
  /** "cmdline", or the name of the variable. */
  readonly where: string;
  readonly command: string;
}

/**
 * Pulumi's engine, the official one too, decrypts the configuration and hands it in PULUMI_CONFIG to the program and
 * to the plugins it starts, and these begin their children with it. None of jeda's own may carry it further.
 */
const enginesOwn =
  /@pulumi\/pulumi\/cmd\/run|pulumi-(resource|language)-|(provider|language-host)\/main\.ts|^\S*sh -c exec env -u PULUMI_CONFIG |^env -u PULUMI_CONFIG /;

/** Looks through the arguments and the environment of every process there is, ten times a second. */
export function watchProcesses(lab: string): {
  readonly leaks: ReadonlyMap<string, ProcessLeak>;
  readonly looked: () => number;
  stop(): void;
} {
  const leaks = new Map<string, ProcessLeak>();
  const others = namespaceInodesOfOthers(lab);
  let looked = 0;
  const timer = setInterval(() => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        if (others.has(readlinkSync(`/proc/${pid}/ns/net`))) continue;
        looked++;
        for (const leak of lookAt(pid)) leaks.set(JSON.stringify(leak), leak);
      } catch {
        // It has ended meanwhile.
      }
    }
  }, 100);
  return { leaks, looked: () => looked, stop: () => clearInterval(timer) };
}

function lookAt(pid: string): readonly ProcessLeak[] {
  const words = readFileSync(`/proc/${pid}/cmdline`);
  const command = secretsIn(words).length > 0 ? "(not shown)" : words.toString().replaceAll("\0", " ");
  const inWords = secretsIn(words).map((secret) => ({ secret, where: "cmdline", command }));
  const environment = readFileSync(`/proc/${pid}/environ`);
  if (secretsIn(environment).length === 0) return inWords;
  const inEnvironment = environment
    .toString()
    .split("\0")
    .flatMap((variable) =>
      secretsIn(variable).map((secret) => ({ secret, where: variable.split("=")[0] ?? "", command })),
    );
  return [
    ...inWords,
    ...inEnvironment.filter(({ where }) => where !== "PULUMI_CONFIG" || !enginesOwn.test(command)),
  ];
}
