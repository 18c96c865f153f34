/** An edge by SSH: the requests of `model/edge-protocol.ts` as words for its script (docs/edge-protocol.md). */
import { z } from "zod";
import type {
  BootFiles,
  EdgeClient,
  LeaseAnswer,
  LeaseElement,
  LeaseRequest,
} from "../model/edge-protocol.ts";
import type { Edge, EdgeReach } from "../model/hospital.ts";
import { listSchema, sections, toEdgeListing } from "./edge-listing.ts";
import { callFirewall, clockSchema, okSchema } from "./firewall-call.ts";
import { closeSsh } from "./ssh.ts";

const leaseSchema = z.object({
  ok: z.literal(true),
  timeoutMs: z.number().int().positive(),
  clock: clockSchema,
});

export interface EdgeClientOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds for each call. */
  readonly timeoutMs?: number;
}

/**
 * @param role which of the three keys is used; the edge refuses verbs that are not that key's.
 */
export function sshEdge(
  edge: Pick<Edge, "name"> & { readonly ssh: Partial<EdgeReach> },
  role: keyof EdgeReach,
  options: EdgeClientOptions = {},
): EdgeClient {
  const destination = edge.ssh[role] ?? "";
  const name = `edge ${edge.name}`;
  const call = <T>(words: readonly string[], schema: z.ZodType<T>, stdin?: string, fresh = false) =>
    callFirewall(name, destination, words, schema, {
      ...options,
      forced: true,
      ...(stdin === undefined ? {} : { stdin }),
      fresh,
    });
  const lease = (verb: "lease" | "renew", request: LeaseRequest): Promise<LeaseAnswer> =>
    call(
      [verb, request.bootId, `${request.fence}`, `${request.deadlineBootMs}`],
      leaseSchema,
      elements(request),
    );
  return {
    name: edge.name,
    clock: async () => (await call(["clock"], okSchema)).clock,
    list: async (wanted = {}) => {
      const asked = Object.keys(wanted).length > 0;
      return toEdgeListing(await call(["list"], listSchema, asked ? sections(wanted) : ""));
    },
    lease: (request) => lease("lease", request),
    renew: (request) => lease("renew", request),
    release: async (fence) => (await call(["release", `${fence}`], okSchema)).clock,
    shut: async () => (await call(["shut"], okSchema)).clock,
    apply: async (transition, probationMs) => {
      await call(["apply", `${probationMs}`], okSchema, sections({ ...transition }));
    },
    confirm: async () => {
      await call(["confirm"], okSchema, undefined, true);
    },
    revert: async () => {
      await call(["revert"], okSchema);
    },
    close: () => closeSsh(destination),
  };
}

function elements(request: LeaseRequest): string {
  return `${request.elements.map(({ set, value }) => `${set} ${value}\n`).join("")}#jeda end\n`;
}

type PolicyReach = Pick<Edge, "name"> & { readonly ssh: Pick<EdgeReach, "policy"> };

/** Writes the files for the next boot once more; the tables must be as declared. */
export async function persistEdge(
  edge: PolicyReach,
  files: BootFiles,
  options: EdgeClientOptions = {},
): Promise<void> {
  const stdin = sections({ ...files });
  await callFirewall(`edge ${edge.name}`, edge.ssh.policy, ["persist"], okSchema, {
    ...options,
    stdin,
    forced: true,
  });
}

/** Deletes these elements, but for those that a window was granted: they go back to their own end. */
export async function revokeLeases(
  edge: PolicyReach,
  leases: readonly LeaseElement[],
  options: EdgeClientOptions = {},
): Promise<void> {
  const stdin = `${leases.map(({ set, value }) => `${set} ${value}\n`).join("")}#jeda end\n`;
  await callFirewall(`edge ${edge.name}`, edge.ssh.policy, ["revoke"], okSchema, {
    ...options,
    forced: true,
    stdin,
  });
}

/** Replaces the edge's script by this text; `destination` is the policy key's. Returns its SHA-256. */
export async function installEdgeScript(
  edge: PolicyReach,
  script: string,
  options: EdgeClientOptions = {},
): Promise<string> {
  const sha256 = await scriptSha256(script);
  await callFirewall(`edge ${edge.name}`, edge.ssh.policy, ["install", sha256], okSchema, {
    ...options,
    forced: true,
    stdin: script,
  });
  return sha256;
}

export async function scriptSha256(script: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script));
  return Buffer.from(digest).toString("hex");
}
