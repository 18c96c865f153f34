/** Whether a lab host is on: the record its init leaves outside, checked against the kernel. */
import { readFileSync, statSync } from "node:fs";
import type { LabHost } from "../hospital.ts";
import { initFile } from "../state.ts";

export interface PowerRecord {
  /** Process id of the host's init, as the machine counts. */
  readonly pid: number;
  /** False once that init is gone, even if its process id is another's by now. */
  readonly alive: boolean;
}

/** Null for a host that was never switched on. */
export function readPower(id: string, host: LabHost): PowerRecord | null {
  let record: string;
  try {
    record = readFileSync(initFile(id, host), "utf8");
  } catch {
    return null;
  }
  const [pid, inode] = record.trim().split(" ").map(Number);
  if (pid === undefined || inode === undefined) return null;
  try {
    return { pid, alive: statSync(`/proc/${pid}/ns/pid`).ino === inode };
  } catch {
    return { pid, alive: false };
  }
}
