/** `window`, `notices` and `promotion` as written. Times stay text here: they need the zone (`times/parse-times.ts`). */
import type { z } from "zod";
import type { Notice, Promotion } from "../../model/hospital.ts";
import { KEY_PATTERN } from "../../promotion/statement.ts";
import { Invalid, isMap, quote } from "../yaml/invalid.ts";
import { blackouts, every } from "./recurrence.ts";
import { percent } from "./runbook.ts";
import { dispatch, fields, integer, list, oneOf, scalar } from "./shape.ts";
import { durationOf, name, positiveDuration, text } from "./values.ts";

const reportOnly = scalar("what to do after an anomaly", (written): "report" => {
  if (written === "report") return written;
  const hint = 'write "report", or "{ hold: 2h }" with the longest that the segments may stay cut';
  throw new Invalid(`${quote(written)} is not what can be done after an anomaly`, hint);
});

const onAnomaly = dispatch<"report" | { readonly hold: number }>((input) =>
  isMap(input) ? fields("what to do after an anomaly", { hold: positiveDuration }) : reportOnly,
);

export const window = fields("the window", {
  start: text.optional(),
  every: every.optional(),
  blackouts,
  startCutoff: text,
  backupStop: text,
  reconnectBy: text,
  isolate: list(name, "the segments to isolate", 1),
  runbook: name,
  attempt: integer("which attempt this is", 1, 9999).default(1),
  lease: oneOf("a lease policy", ["window", "heartbeat"]).default("window"),
  heartbeat: positiveDuration.optional(),
  maxExtension: positiveDuration.optional(),
  onAnomaly: onAnomaly.default("report"),
  closedBefore: oneOf("what to do where a flow is closed before the window", ["report", "refuse"]).optional(),
  maxChange: percent.optional(),
  maxClockDifference: durationOf("100ms", "1m").optional(),
  follow: oneOf("what pulumi up does", ["follow", "return"]).optional(),
});

export type WrittenWindow = z.output<typeof window>;

export const notice = fields("a notice", {
  to: text,
  language: oneOf("a language", ["id", "en"]),
  command: list(text, "a command with its arguments", 1).optional(),
}).transform(
  ({ command, ...written }): Notice => ({ ...written, ...(command === undefined ? {} : { command }) }),
);

const override = dispatch<{ readonly reason: string }>((input) =>
  isMap(input) ? fields("an override", { reason: text }) : text.transform((reason) => ({ reason })),
);

const promotionKey = scalar("a public key", (written) => {
  if (KEY_PATTERN.test(written)) return written;
  const hint =
    'write what `pulumi stack output promotionKey` of that stack prints, "ed25519:" and 44 characters';
  throw new Invalid(`${quote(written)} is not a public key`, hint);
});

export const promotion = fields("the promotion", {
  from: name,
  maxAge: positiveDuration,
  key: promotionKey.optional(),
  override: override.optional(),
}).transform(
  (written): Promotion => ({
    from: written.from,
    maxAgeMs: written.maxAge,
    ...(written.key === undefined ? {} : { key: written.key }),
    ...(written.override === undefined ? {} : { override: written.override }),
  }),
);
