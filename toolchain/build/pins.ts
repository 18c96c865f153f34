/** The Go programs the toolchain builds: each from a module of its own in `toolchain/go`, checksummed by its go.sum. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Pin {
  readonly name: "pulumi" | "restic" | "rest-server" | "rclone";
  readonly version: string;
  /** What `go build` is given, inside `toolchain/go/<name>`. */
  readonly package: string;
  /** Set with `-X`, so that the program knows its version. */
  readonly stamp: string | undefined;
  /** How long a build with empty caches takes on two cores, downloads included. */
  readonly aboutSeconds: number;
}

/** The oldest Go that the four modules compile with (the engine's go.mod says so). */
export const oldestGo = "1.25.11";

export const pins: readonly Pin[] = [
  {
    name: "pulumi",
    version: "3.250.0",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    stamp: "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.250.0",
    aboutSeconds: 270,
  },
  {
    name: "restic",
    version: "0.19.1",
    package: "github.com/restic/restic/cmd/restic",
    stamp: undefined,
    aboutSeconds: 75,
  },
  {
    name: "rest-server",
    version: "0.14.0",
    package: "github.com/restic/rest-server/cmd/rest-server",
    stamp: undefined,
    aboutSeconds: 15,
  },
  {
    name: "rclone",
    version: "1.72.0",
    package: ".",
    stamp: "github.com/rclone/rclone/fs.Version=v1.72.0",
    aboutSeconds: 60,
  },
];

/** Everything that decides what one program becomes: its pin and every file of its module. */
export function pinned(pin: Pin, root: string): string {
  const folder = moduleDir(pin, root);
  const files = readdirSync(folder).sort();
  return JSON.stringify([
    { ...pin, aboutSeconds: 0 },
    process.platform,
    process.arch,
    files.map((file) => [file, readFileSync(join(folder, file), "utf8")]),
  ]);
}

export function moduleDir(pin: Pin, root: string): string {
  return join(root, "toolchain/go", pin.name);
}

/** For `go build`; cgo is off, so that the programs also run where another libc is. */
export function buildArguments(pin: Pin, output: string): string[] {
  const flags = ["-s", "-w", ...(pin.stamp === undefined ? [] : ["-X", pin.stamp])].join(" ");
  return [
    "build",
    "-mod=readonly",
    "-trimpath",
    "-buildvcs=false",
    `-ldflags=${flags}`,
    "-o",
    output,
    pin.package,
  ];
}
