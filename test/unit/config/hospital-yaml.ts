/** A small hospital as a person writes it, and how to load variants of it without touching the disk. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Loaded, loadFromFile } from "../../../src/config/load.ts";
import { parseStackFile } from "../../../src/config/stack-file.ts";
import { type JedaError, JedaErrors } from "../../../src/model/errors.ts";

/** Of the repository: its runbooks are used. */
export const projectDir = fileURLToPath(new URL("../../..", import.meta.url));

export const FILE = "stacks/Pulumi.test.yaml";

export const hospitalYaml = `config:
  jeda:hospital: Test hospital
  jeda:zone: Asia/Jakarta
  jeda:segments:
    - { name: clinical, role: clinical, on: clin0, cidrs: [10.10.0.0/24, "2001:db8:10::/64"], probePoint: ward }
    - { name: office, role: administrative, on: [adm0, adm1], cidrs: 10.20.0.0/24, probePoint: desk }
    - { name: guest, role: guest, on: guest0, cidrs: [10.30.0.0/24], probePoint: lobby }
    - { name: management, role: management, on: ops0, cidrs: [10.40.0.0/24] }
    - { name: vault, role: vault, on: vault0, cidrs: [10.50.0.0/24, "2001:db8:50::/64"] }
  jeda:edges:
    - name: edge
      ssh: edge
      uplinks: [{ name: internet, on: wan0, targets: ["203.0.113.10:80"] }]
  jeda:backupHost: { ssh: backup, addresses: [10.50.0.10], controlFrom: [10.40.0.10], repository: /srv/repo }
  jeda:sources:
    - { name: records, mariadb: simrs, host: simrs.internal, from: clinical }
    - { name: files, smb: //files.internal/office, from: office }
  jeda:services:
    - name: record
      at: clinical
      users: [clinical]
      needs: [internet]
      probe: { http: "http://rm.internal/health" }
  jeda:maxIsolation: 4h
  jeda:window:
    start: "2017-05-15T00:00"
    startCutoff: "00:15"
    backupStop: "02:40"
    reconnectBy: "03:00"
    isolate: [office, guest]
    runbook: isolate-backup-reconnect
  jeda:credentials:
    repository: { password: { secure: "v1:a:b" } }
    records: { user: backup, password: { secure: "v1:a:b" } }
    files: { user: backup, password: { secure: "v1:a:b" } }
`;

export type Edit = readonly [from: string | RegExp, to: string];

/** The YAML with every edit made; an edit that changes nothing is a mistake of the test. */
export function edited(...edits: readonly Edit[]): string {
  return edits.reduce((text, [from, to]) => {
    const after = text.replace(from, to);
    assert.notEqual(after, text, `nothing to replace: ${from}`);
    return after;
  }, hospitalYaml);
}

export function loadText(text: string): Loaded {
  return loadFromFile(parseStackFile(FILE, text), projectDir);
}

/** The errors of a hospital with these edits. */
export function errorsWith(...edits: readonly Edit[]): readonly JedaError[] {
  return errorsOf(() => loadText(edited(...edits)));
}

export function errorsOf(act: () => unknown): readonly JedaError[] {
  try {
    act();
  } catch (error) {
    if (error instanceof JedaErrors) return error.errors;
    throw error;
  }
  assert.fail("nothing was refused");
}

/** The only error, with "line:column" of what stands at `marked` in the edited text. */
export function assertRefused(
  edits: readonly Edit[],
  wanted: { readonly message: RegExp; readonly hint?: RegExp; readonly at?: string },
): void {
  const errors = errorsWith(...edits);
  assert.equal(errors.length, 1, errors.map((error) => error.message).join("\n"));
  const [error] = errors;
  assert.ok(error !== undefined);
  assert.equal(error.code, "CONFIG");
  assert.equal(error.changed, "nothing");
  assert.match(error.message, wanted.message);
  assert.ok(error.hint !== undefined, "it doesn't say what to do");
  if (wanted.hint !== undefined) assert.match(error.hint, wanted.hint);
  if (wanted.at !== undefined) {
    const offset = edited(...edits).indexOf(wanted.at);
    assert.ok(offset >= 0, `${wanted.at} is not in the text`);
    const before = edited(...edits)
      .slice(0, offset)
      .split("\n");
    assert.deepEqual(error.at, { file: FILE, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 });
  }
}

export type Refusal = readonly [
  what: string,
  edits: readonly Edit[],
  wanted: Parameters<typeof assertRefused>[1],
];

/** One test for each. */
export function refuses(refusals: readonly Refusal[]): void {
  for (const [what, edits, wanted] of refusals) it(what, () => assertRefused(edits, wanted));
}
