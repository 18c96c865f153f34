/** `services` as written. What a service `needs` is a name here; `checks/resolve-services.ts` finds what it names. */
import { z } from "zod";
import type { Endpoint, Probe, ProbeTarget, RecordWitness } from "../../model/hospital.ts";
import { countQuery } from "./count-query.ts";
import { fields, integer, list, oneOf, scalar } from "./shape.ts";
import { durationOf, host, httpUrl, name, readTarget, remoteUrl } from "./values.ts";

const tcpTarget = scalar("a TCP target", (written): ProbeTarget => ({ kind: "tcp", ...readTarget(written) }));

const probe = fields("a probe", {
  http: remoteUrl.optional(),
  tcp: tcpTarget.optional(),
  // Each trial is a connection of its own from every users' segment.
  every: durationOf("500ms", "5m").default(2000),
  tolerate: integer("how many failures in a row are tolerated", 1, 1000).default(3),
}).transform((written, context): Probe => {
  const rest = { everyMs: written.every, tolerate: written.tolerate };
  if (written.http !== undefined && written.tcp === undefined) {
    return { target: { kind: "http", url: written.http }, ...rest };
  }
  if (written.tcp !== undefined && written.http === undefined) return { target: written.tcp, ...rest };
  const hint = 'write e.g. { http: "http://host/health", every: 2s, tolerate: 3 } or { tcp: "host:3306" }';
  context.addIssue({ code: "custom", message: "needs either http or tcp", params: { hint } });
  return z.NEVER;
});

const records = fields("where record entry is counted", {
  url: httpUrl,
  source: name,
  query: countQuery,
}).transform((written): RecordWitness => written);

export const service = fields("a service", {
  name,
  at: name,
  users: list(name, "the segments its users sit in", 1),
  needs: list(name, "names of services, segments or uplinks").default([]),
  probe,
  whenUnknown: oneOf("a policy", ["proceed", "refuse"]).default("refuse"),
  records: records.optional(),
});

export const endpoint = fields("an endpoint", {
  name,
  host,
  at: name.optional(),
  users: list(name, "the segments whose machines ask it", 1),
}).transform(({ at, ...written }): Endpoint => ({ ...written, ...(at === undefined ? {} : { at }) }));

export type WrittenService = z.output<typeof service>;
