/** `backupHost` and `sources` as written, turned into the model. */
import { z } from "zod";
import type { BackupHost, MariadbSource, Repository, SmbSource, Source } from "../../model/hospital.ts";
import { excludedBy } from "../../model/share-excludes.ts";
import { Invalid, isMap, quote } from "../yaml/invalid.ts";
import { knownTable } from "./known-table.ts";
import { dispatch, fields, integer, list, scalar } from "./shape.ts";
import { address, durationOf, host, name, prefix, readHost, size, sshDestination, text } from "./values.ts";

/** Where a repository would be lost at a boot, or in the way; directories above it have to be root's. */
const systemPath =
  /^\/(?:$|(?:bin|boot|dev|etc|lib\w*|proc|root|run|sbin|sys|tmp|usr|opt\/jeda|var\/(?:lib\/jeda|lib\/dpkg|run|tmp))(?:\/|$)|(?:home|opt|var|var\/lib)\/?$)/;

const path = scalar("an absolute path", (written) => {
  if (systemPath.test(written)) {
    throw new Invalid(
      `${quote(written)} is the system's or jeda's own`,
      "give the repository a place of its own",
    );
  }
  if (/^(?:\/[A-Za-z0-9._-]+)+$/.test(written) && !written.split("/").includes("..")) return written;
  throw new Invalid(`${quote(written)} is not a usable path`, 'write it like "/srv/backup/repository"');
});

const repository = dispatch<Repository>((input) =>
  isMap(input)
    ? fields("the repository", { path, credentials: name.default("repository") })
    : path.transform((written) => ({ path: written, credentials: "repository" })),
);

const addressOrPrefix = dispatch<string>((input) =>
  typeof input === "string" && input.includes("/") ? prefix : address,
);

/** One destination is a root shell for everything. */
const reach = dispatch<{ readonly root: string; readonly read?: string }>((input) =>
  isMap(input)
    ? fields("how the backup host is reached", { read: sshDestination, root: sshDestination })
    : sshDestination.transform((root) => ({ root })),
);

export const backupHost = fields("the backup host", {
  name: name.default("backup"),
  ssh: reach,
  addresses: list(address, "the host's vault addresses", 1),
  controlFrom: list(addressOrPrefix, "the management addresses that may open SSH to the host", 1),
  repository,
  knownTables: list(knownTable, "the site's own tables").optional(),
}).transform(
  ({ knownTables, ssh, ...written }): BackupHost => ({
    ...written,
    ssh: ssh.root,
    ...(ssh.read === undefined ? {} : { sshRead: ssh.read }),
    ...(knownTables === undefined ? {} : { knownTables }),
  }),
);

const share = scalar("a share", (written) => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  const match = /^\/\/([^/\\]+)\/([^/\\\u0000-\u001f"':;|<>*?]{1,80})$/.exec(written);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new Invalid(`${quote(written)} is not a share`, 'write "//files.internal/office"');
  }
  // Brackets, as around an address of IPv6 in a URL, may be written or left out.
  return { host: readHost(match[1].replace(/^\[(.*:.*)\]$/, "$1")), share: match[2] };
});

const database = scalar("a database", (written) => {
  if (/^[A-Za-z0-9_$][A-Za-z0-9_$-]{0,63}$/.test(written)) return written;
  throw new Invalid(
    `${quote(written)} is not the name of a database`,
    "letters, digits, _, $ and - can be used",
  );
});

const relativePath = scalar("a path inside the share", (written) => {
  const parts = written.split("/");
  if (!written.startsWith("/") && parts.every((part) => !["", ".", ".."].includes(part))) return written;
  throw new Invalid(`${quote(written)} is not a path inside the share`, 'write "Finance/do-not-touch.docx"');
});

const excluded = scalar("a pattern of what is left out", (written) => {
  const hint =
    'write a name like "*.tmp" or "Thumbs.db", or a path in the share like "Arsip/disk" or "**/cache"';
  const parts = written.split("/");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  const unusable = /[\u0000-\u001f\\]/.test(written) || parts.some((part) => ["", ".", ".."].includes(part));
  if (unusable || parts.some((part) => part.includes("**") && part !== "**")) {
    throw new Invalid(`${quote(written)} is not a pattern`, hint);
  }
  if (parts.every((part) => /^\*+$/.test(part)))
    throw new Invalid(`${quote(written)} leaves everything out`, hint);
  return written;
});

const common = {
  name,
  from: name,
  credentials: name.optional(),
  order: integer("an order", 0, 9_999).optional(),
  expected: size.optional(),
  standstill: durationOf("1s", "1d").optional(),
};

type Common = z.output<z.ZodObject<typeof common>>;

/** The place in the list is filled in by `sources` where `order` is not written. */
type Unordered<S extends Source> = Omit<S, "order"> & { readonly order: number | undefined };

const base = (written: Common) => ({
  name: written.name,
  segment: written.from,
  credentials: written.credentials ?? written.name,
  order: written.order,
  ...(written.expected === undefined ? {} : { expectedBytes: written.expected }),
  ...(written.standstill === undefined ? {} : { standstillMs: written.standstill }),
});

const smb = fields("an smb source", {
  ...common,
  smb: share,
  canaries: list(relativePath, "paths inside the share").default([]),
  exclude: list(excluded, "patterns of what is left out").optional(),
  proof: fields("how a share is proved", { everyWindows: integer("a number of windows", 1, 366) }).optional(),
}).transform((written, context): Unordered<SmbSource> => {
  const { exclude, proof, canaries } = written;
  const hidden = canaries.find(excludedBy(exclude ?? []));
  if (hidden !== undefined) {
    const params = { hint: "a canary has to be saved: narrow exclude, or take another file" };
    context.addIssue({ code: "custom", message: `exclude leaves the canary ${quote(hidden)} out`, params });
    return z.NEVER;
  }
  return {
    kind: "smb",
    ...base(written),
    ...written.smb,
    canaries,
    ...(exclude === undefined ? {} : { exclude }),
    ...(proof === undefined ? {} : { proveWithinWindows: proof.everyWindows }),
  };
});

const mariadb = fields("a mariadb source", {
  ...common,
  mariadb: database,
  host,
  port: integer("a port", 1, 65_535).default(3306),
}).transform(
  (written): Unordered<MariadbSource> => ({
    kind: "mariadb",
    ...base(written),
    host: written.host,
    port: written.port,
    database: written.mariadb,
  }),
);

const neither = fields("a source", { ...common, smb: text.optional(), mariadb: text.optional() }).transform(
  (_, context): never => {
    const hint = "write either smb: //host/share, or mariadb: database with its host";
    context.addIssue({ code: "custom", message: "does not say what it is", params: { hint } });
    return z.NEVER;
  },
);

const source = dispatch<Unordered<SmbSource> | Unordered<MariadbSource>>((input) => {
  const written = isMap(input) ? input : {};
  if (Object.hasOwn(written, "smb") === Object.hasOwn(written, "mariadb")) return neither;
  return Object.hasOwn(written, "smb") ? smb : mariadb;
});

/** Order of value: as written, otherwise the place in the list. */
export const sources = list(source, "the sources", 1).transform((written): Source[] =>
  written.map((one, index) => ({ ...one, order: one.order ?? index })),
);
