/** Every key under `jeda:` that describes the hospital. */
import { z } from "zod";
import { backupHost, sources } from "./backup.ts";
import { edge, lateral, segment } from "./network.ts";
import { endpoint, service } from "./service.ts";
import { list } from "./shape.ts";
import { durationOf, text } from "./values.ts";
import { notice, promotion, window } from "./window.ts";

const keys = {
  hospital: text,
  zone: text,
  segments: list(segment, "the segments", 1),
  edges: list(edge, "the edges", 1),
  backupHost,
  sources,
  services: list(service, "the services").default([]),
  endpoints: list(endpoint, "what else is depended on").optional(),
  lateral: lateral.default({ mode: "observe", allow: [] }),
  // No night is longer, and no kernel's timer is trusted with more.
  maxIsolation: durationOf("1s", "7d"),
  window,
  notices: list(notice, "the notices").default([]),
  promotion: promotion.optional(),
};

/** One schema for each key, so that a slip in one does not hide what is wrong in the others. */
export const stack = z.object(keys);

export type WrittenStack = z.output<typeof stack>;

/** The model's keys; `credentials` stands beside them, secret. */
export const MODEL_KEYS = Object.keys(keys) as readonly (keyof WrittenStack)[];

export const STACK_KEYS: readonly string[] = [...MODEL_KEYS, "credentials"];
