/** Sources that take their time, or longer than was planned; milliseconds. */
import type { FakeHospital } from "./hospital.ts";

export function slow(hospital: FakeHospital, ms: number): void {
  hospital.drivers = {
    records: {
      backup: async () => {
        await hospital.clock.sleep(ms);
        hospital.snapshots = [...hospital.snapshots, "dddd4444"];
        return { snapshot: "dddd4444", bytes: 1, items: 1, findings: [], detail: null };
      },
    },
  };
}
