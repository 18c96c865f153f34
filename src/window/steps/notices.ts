/** The moments of a window at which staff are told. */

import { type TellPorts, tell } from "../../notice/notify.ts";
import { beginText, endText, extendText, holdText, type Moment } from "../../notice/text.ts";
import { isoInZone } from "../../schedule/iso.ts";
import type { Night } from "../context/window-context.ts";
import { decide } from "../verdict/verdict.ts";

export function tellBegin(night: Night): Promise<void> {
  const moment = momentOf(night);
  return tell(night.plan.notices ?? [], (language) => beginText(language, moment), ports(night));
}

export function tellEnd(night: Night): Promise<void> {
  const moment = momentOf(night);
  const { result } = decide(night.recorder.status);
  return tell(night.plan.notices ?? [], (language) => endText(language, moment, result), ports(night));
}

export function tellExtended(night: Night): Promise<void> {
  const moment = momentOf(night);
  return tell(night.plan.notices ?? [], (language) => extendText(language, moment), ports(night));
}

export function tellHeld(night: Night): Promise<void> {
  const moment = momentOf(night);
  return tell(night.plan.notices ?? [], (language) => holdText(language, moment), ports(night));
}

function momentOf({ plan, recorder }: Night): Moment {
  const { deadlines } = recorder.status;
  return {
    hospital: plan.hospital,
    segments: plan.segments.filter((segment) => segment.isolate).map((segment) => segment.name),
    backBy: isoInZone(deadlines.reconnectBy, plan.zone).slice(11, 16),
  };
}

function ports({ recorder, runtime }: Night): TellPorts {
  return {
    note: (text) => recorder.note(text),
    run: (command, text, signal) => runtime.tell(command, text, signal),
  };
}
