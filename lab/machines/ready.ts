/** Waits until a lab answers: every link in both families, every service, asked from where its users sit. */
import { execa } from "execa";
import { JedaError } from "../../src/model/errors.ts";
import { addresses, type EdgeCount, type LabHost } from "../hospital.ts";
import { namespacePath } from "./namespaces.ts";

export interface Question {
  /** Asked from this host's network namespace. */
  readonly from: LabHost;
  readonly address: string;
  readonly port: number;
  /** A path that must answer 200; without it, a connection is enough. */
  readonly path?: string;
}

const both = (from: LabHost, to: LabHost, port: number, path?: string): Question[] => {
  const { v4, v6 } = addresses(to);
  return [v4, v6].map((address) => ({ from, address, port, ...(path === undefined ? {} : { path }) }));
};

export const readiness: readonly Question[] = [
  ...(["ward", "office", "guest", "ops"] as const).flatMap((host) => both(host, "internet", 80, "/")),
  ...both("ward", "clinical", 80, "/health"),
  ...both("backup", "clinical", 3306),
  ...both("office", "administrative", 445),
  ...both("backup", "administrative", 445),
  ...both("ops", "backup", 22),
  ...(["ward", "office", "guest"] as const).flatMap((host) => both("edge", host, 22)),
  { from: "ward", address: "127.0.0.1", port: 8080, path: "/records" },
  { from: "ops", address: addresses("edge", "management").v4, port: 22 },
  { from: "backup", address: addresses("edge", "vault").v4, port: 22 },
];

/** What a lab answers with so many edges. */
export const readinessOf = (edges: EdgeCount): readonly Question[] =>
  edges === 1
    ? readiness
    : [
        ...readiness,
        { from: "ops", address: addresses("edge2", "management").v4, port: 22 },
        { from: "backup", address: addresses("edge2", "vault").v4, port: 22 },
      ];

// bash, for its /dev/tcp: one process for each question, however often it has to be asked again. Connecting is
// given to `timeout`, for a lost first packet would otherwise cost a second and more.
const ask = `once() {
  exec 3<>"/dev/tcp/$1/$2" || return 1
  [ -n "$3" ] || return 0
  printf 'GET %s HTTP/1.0\\r\\nHost: lab\\r\\n\\r\\n' "$3" >&3
  read -r answer <&3
  case $answer in *" 200 "*) return 0 ;; esac
  return 1
}
export -f once
until timeout 5 bash --norc -c 'once "$@"' once "$1" "$2" "$3" 2>/dev/null; do
  [ "$SECONDS" -lt "$4" ] || exit 1
  sleep 0.05
done`;

/** Throws INTERNAL naming what did not answer within `seconds`. */
export async function waitUntilReady(
  id: string,
  questions: readonly Question[] = readiness,
  seconds = 120,
): Promise<void> {
  const silent = await Promise.all(
    questions.map(async ({ from, address, port, path }) => {
      const argv = [address, String(port), path ?? "", String(seconds)];
      const { failed } = await execa(
        "nsenter",
        [`--net=${namespacePath(id, from)}`, "bash", "--norc", "-c", ask, "ask", ...argv],
        {
          reject: false,
        },
      );
      return failed ? [`${address} port ${port}${path ?? ""} from ${from}`] : [];
    }),
  );
  const missing = silent.flat();
  if (missing.length === 0) return;
  throw new JedaError("INTERNAL", `the lab does not answer: ${missing.join("; ")}`, {
    hint: "Look at /run/jeda-lab/ID/hosts/HOST/console.log, and at /var/log/lab on the host (npm run lab:sh -- HOST).",
    changed: "the lab stands, partly; npm run lab:down removes it",
  });
}
