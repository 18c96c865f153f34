/** The test's share as one that people filled, and a driver's calls on it. */
import { chmodSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { HospitalSources } from "../../../lab/sources/hospital-sources.ts";
import { driverFor } from "../../../src/backup/driver-for.ts";
import type { BackupContext, Saved, Verified } from "../../../src/model/driver.ts";
import type { SmbSource } from "../../../src/model/hospital.ts";

export interface OfficeShare {
  /** Where it lies on the server. */
  file(path: string): string;
  /** With a time that lies back: two writes within one tick of the server's clock look like none. */
  write(path: string, text: string): void;
  /** Nothing but a few letters. */
  refill(): void;
  save(context: BackupContext, change?: Partial<SmbSource>): Promise<Saved>;
  verify(saved: Saved, context: BackupContext, change?: Partial<SmbSource>): Promise<Verified>;
  snapshots(): readonly { id: string; time: string; parent?: string; paths: string[]; tags: string[] }[];
  /** Paths of a snapshot's files, relative to the share. */
  stored(snapshot: string): readonly string[];
}

export function officeShare(hospital: HospitalSources, sampleFiles = 1_000): OfficeShare {
  const options = { sampleFiles, databases: "load", seed: 7 } as const;
  const file = (path: string): string => join(hospital.shareDirectory, path);
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(file(path)), { recursive: true });
    writeFileSync(file(path), text);
    chmodSync(file(path), 0o644);
    utimesSync(file(path), 1_500_000_000, 1_500_000_000);
  };
  return {
    file,
    write,
    refill() {
      for (const entry of readdirSync(hospital.shareDirectory)) {
        rmSync(join(hospital.shareDirectory, entry), { recursive: true });
      }
      for (const name of ["satu", "dua", "tiga"]) write(`surat/${name}.txt`, `isi ${name}\n`.repeat(100));
    },
    async save(context, change) {
      const source = { ...hospital.share, ...change };
      const driver = driverFor(source);
      return driver.backup(source, await driver.survey(source, context), context, () => {});
    },
    verify(saved, context, change) {
      const source = { ...hospital.share, ...change };
      return driverFor(source).verify(source, saved, context, options);
    },
    snapshots: () => JSON.parse(hospital.restic("snapshots", "--json")),
    stored(snapshot) {
      const root = `/mnt/${hospital.share.name}/`;
      return hospital
        .restic("ls", "--json", snapshot)
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { type?: string; path: string })
        .filter(({ type }) => type === "file")
        .map(({ path }) => path.replace(root, ""))
        .sort();
    },
  };
}
