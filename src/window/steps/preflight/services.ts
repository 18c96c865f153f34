/** The services that must never stop are healthy before anything is touched. */
import { JedaError } from "../../../model/errors.ts";
import type { Service } from "../../../model/hospital.ts";
import type { Prober } from "../../../model/prober.ts";
import { type ProbeOutcome, probeService } from "../../../probe/service-probe.ts";
import type { Night } from "../../context/window-context.ts";

/** Between two tries of preflight; the watch keeps the declared interval. */
const pauseMs = 500;

export async function checkServices(night: Night): Promise<void> {
  await Promise.all(night.plan.services.map((service) => checkService(night, service)));
}

async function checkService(night: Night, service: Service): Promise<void> {
  const outcomes = await Promise.all(
    service.users.map(async (segment): Promise<ProbeOutcome> => {
      const prober = night.probers.get(segment);
      if (prober === undefined) return { outcome: "unknown", detail: `${segment} has no probe point` };
      return untilHealthy(night, service, prober);
    }),
  );
  for (const { outcome, detail } of outcomes) {
    night.recorder.record({ type: "probe", service: service.name, outcome, detail, count: 1 });
  }
  const failed = outcomes.find(({ outcome }) => outcome === "failed");
  if (failed !== undefined) {
    throw new JedaError("SERVICE", `the service ${service.name} is not healthy: ${failed.detail}`, {
      hint: "mend the service first; a window never starts while a service that must not stop is failing",
    });
  }
  const unknown = outcomes.find(({ outcome }) => outcome === "unknown");
  if (unknown === undefined) return;
  if (service.whenUnknown === "refuse") {
    throw new JedaError("UNREACHABLE", `whether ${service.name} is healthy is unknown: ${unknown.detail}`, {
      hint: 'its policy is whenUnknown: refuse; mend the probe point, or declare "proceed"',
    });
  }
  night.recorder.note(
    `whether ${service.name} is healthy is unknown (${unknown.detail}); its policy is to proceed`,
  );
}

async function untilHealthy(night: Night, service: Service, prober: Prober): Promise<ProbeOutcome> {
  let last: ProbeOutcome = { outcome: "unknown", detail: "never asked" };
  for (let attempt = 0; attempt <= service.probe.tolerate; attempt++) {
    if (attempt > 0) await night.runtime.clock.sleep(Math.min(pauseMs, service.probe.everyMs));
    last = await probeService(service, prober);
    if (last.outcome === "ok") return last;
  }
  return last;
}
