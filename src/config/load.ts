/** From configuration to a `Hospital` and its runbook, or to every error there is, at once. */
import { JedaError, JedaErrors } from "../model/errors.ts";
import type { Hospital } from "../model/hospital.ts";
import type { Runbook } from "../model/runbook.ts";
import {
  checkCredentialNames,
  checkCredentials,
  holdsSecret,
  refuseClearPasswords,
  refuseSecretModelKeys,
} from "./checks/credentials.ts";
import { checkDestinations } from "./checks/destinations.ts";
import { checkHostAddresses } from "./checks/host-addresses.ts";
import { checkNames } from "./checks/names.ts";
import { checkNetwork } from "./checks/network.ts";
import { resolveServices } from "./checks/resolve-services.ts";
import { checkServices } from "./checks/services.ts";
import { resolveWindow, resolveZone } from "./checks/window.ts";
import { arrivedConfig, positionsOfSame } from "./engine-config.ts";
import { readStack } from "./read-stack.ts";
import { readRunbook } from "./runbook.ts";
import { PREFIX, readStackFile, type StackFile, stackFileOf, stackNames } from "./stack-file.ts";
import { ambiguousScalars } from "./yaml/ambiguous-scalars.ts";
import { didYouMean } from "./yaml/did-you-mean.ts";
import type { Positions } from "./yaml/positions.ts";
import { Problems, type Warning } from "./yaml/problems.ts";

export interface Loaded {
  readonly hospital: Hospital;
  readonly runbook: Runbook;
  readonly positions: Positions;
  readonly warnings: readonly Warning[];
}

export interface Arrived {
  /** The engine's configuration: full key to text (`pulumi.runtime.allConfig()`). */
  readonly config: Readonly<Record<string, string>>;
  /** Full keys of what is secret (PULUMI_CONFIG_SECRET_KEYS). */
  readonly secretKeys: readonly string[];
  readonly stack: string;
  readonly projectDir: string;
}

/**
 * What a Pulumi program received.
 * @throws JedaErrors (CONFIG), with positions where the stack's file says the same
 */
export function loadFromEngine({ config: wire, secretKeys, stack, projectDir }: Arrived): Loaded {
  const config = arrivedConfig(wire);
  const file = readStackFile(stackFileOf(stack, projectDir), projectDir);
  const positions = positionsOfSame(config, file);
  const ours = secretKeys.filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));
  return load({ config, secretKeys: ours, positions, file, projectDir });
}

/**
 * What stands in the stack's file, without its secrets: for jeda's own command line.
 * @param stackOrPath "lab", "organization/jeda/lab", or the path of a YAML file
 * @throws JedaErrors (CONFIG) with positions
 */
export function loadFromStackFile(stackOrPath: string, projectDir: string): Loaded {
  const name = stackFileOf(stackOrPath, projectDir);
  const file = readStackFile(name, projectDir);
  if (file === undefined) {
    const hint = didYouMean(stackOrPath, stackNames(projectDir));
    throw new JedaErrors([new JedaError("CONFIG", `there is no stack file ${name}`, { hint })]);
  }
  return loadFromFile(file, projectDir);
}

export function loadFromFile(file: StackFile, projectDir: string): Loaded {
  const { config, positions } = file;
  const secretKeys = Object.keys(config).filter((key) => holdsSecret(config[key]));
  return load({ config, secretKeys, positions, file, projectDir });
}

interface Input {
  readonly config: Readonly<Record<string, unknown>>;
  readonly secretKeys: readonly string[];
  readonly positions: Positions;
  readonly file: StackFile | undefined;
  readonly projectDir: string;
}

function load({ config, secretKeys, positions, file, projectDir }: Input): Loaded {
  const problems = new Problems(positions, config);
  if (file !== undefined) {
    problems.errors.push(...ambiguousScalars(file.yaml));
    // What arrived is not what stands in the file then, and judging it would only confuse.
    problems.throwIfAny();
  }
  const clear = file === undefined ? false : refuseClearPasswords(file.config.credentials, problems);
  const { credentials, ...described } = config;
  // Beyond this point values are quoted, so nothing secret may be among them.
  if (refuseSecretModelKeys(secretKeys, problems).length > 0) problems.throwIfAny();
  if (credentials !== undefined && !secretKeys.includes("credentials") && !clear) {
    problems.addAtKey(["credentials"], "is not secret", "set it with pulumi config set --secret --path");
  }
  checkCredentials(credentials, problems);
  const stack = readStack(described, problems);
  checkNames(stack, problems);
  checkDestinations(stack, problems);
  checkNetwork(stack, config, problems);
  checkHostAddresses(stack, problems);
  checkServices(stack, problems);
  const services = resolveServices(stack, problems);
  const zone = resolveZone(stack, problems);
  const window = resolveWindow(stack, zone, problems);
  if (stack.backupHost !== undefined && stack.sources !== undefined) {
    checkCredentialNames({ backupHost: stack.backupHost, sources: stack.sources }, credentials, problems);
  }
  const sources = stack.sources?.map((source) => source.name);
  const runbook = loadRunbook(stack.window?.runbook, { projectDir, sources }, problems);
  problems.throwIfAny();
  const { hospital: name, promotion, ...rest } = stack as Required<typeof stack>;
  if (zone === undefined || window === undefined || services === undefined || runbook === undefined) {
    throw new JedaError("INTERNAL", "the configuration is incomplete, but no error was found in it");
  }
  const hospital: Hospital = {
    name,
    zone,
    segments: rest.segments,
    edges: rest.edges,
    backupHost: rest.backupHost,
    sources: rest.sources,
    services,
    lateral: rest.lateral,
    maxIsolationMs: rest.maxIsolation,
    window,
    notices: rest.notices,
    ...(rest.endpoints === undefined ? {} : { endpoints: rest.endpoints }),
    ...(promotion === undefined ? {} : { promotion }),
  };
  return { hospital, runbook, positions, warnings: problems.warnings };
}

function loadRunbook(
  name: string | undefined,
  { projectDir, sources }: { readonly projectDir: string; readonly sources: readonly string[] | undefined },
  problems: Problems,
): Runbook | undefined {
  if (name === undefined) return undefined;
  try {
    return readRunbook(name, projectDir, sources);
  } catch (error) {
    if (!(error instanceof JedaErrors)) throw error;
    for (const one of error.errors) {
      // A runbook that isn't there is a mistake in the stack; one that is wrong has positions of its own.
      if (one.at === undefined) problems.add(["window", "runbook"], one.message, one.hint);
      else problems.errors.push(one);
    }
    return undefined;
  }
}
