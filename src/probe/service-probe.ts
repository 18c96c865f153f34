/** One probe of a service from where its users sit. A prober that can't be asked is `unknown`, never a failure. */
import type { Service } from "../model/hospital.ts";
import type { Prober } from "../model/prober.ts";

export interface ProbeOutcome {
  readonly outcome: "ok" | "failed" | "unknown";
  readonly detail: string;
}

/** Longer than any healthy answer, shorter than people wait. */
const answerMs = 3_000;

export async function probeService(service: Service, prober: Prober): Promise<ProbeOutcome> {
  const { target } = service.probe;
  try {
    if (target.kind === "tcp") {
      const host = target.host.includes(":") ? `[${target.host}]` : target.host;
      const flow = await prober.tcp(`${host}:${target.port}`, answerMs);
      const outcome = flow === "open" ? "ok" : flow === "unknown" ? "unknown" : "failed";
      return { outcome, detail: `${host}:${target.port} is ${flow}` };
    }
    const { flow, status } = await prober.http(target.url, answerMs);
    if (flow === "unknown") return { outcome: "unknown", detail: `${prober.destination} could not be asked` };
    if (status === null) return { outcome: "failed", detail: `no answer from ${target.url} (${flow})` };
    const outcome = status >= 200 && status < 400 ? "ok" : "failed";
    return { outcome, detail: `${target.url} answered ${status}` };
  } catch (error) {
    return { outcome: "unknown", detail: error instanceof Error ? error.message : String(error) };
  }
}
