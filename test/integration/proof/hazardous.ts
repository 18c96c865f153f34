/** A hospital in which every hazard of the list is there at once, as changes to the lab's stack. */
import type { FindingCode } from "../../../src/proof/proof-types.ts";

export const hazardous: Readonly<Record<string, unknown>> = {
  edges: [
    {
      name: "edge",
      ssh: { read: "nowhere.invalid", window: "nowhere.invalid", policy: "nowhere.invalid" },
      uplinks: [{ name: "internet", on: "br0", targets: ["203.0.113.10:80"] }],
      services: [{ name: "squid", tcp: 3128 }],
    },
  ],
  backupHost: {
    name: "backup",
    ssh: "nowhere-else.invalid",
    addresses: ["10.50.0.10"],
    controlFrom: ["10.40.0.10"],
    repository: "/srv/jeda/repository",
  },
  sources: [
    { name: "records", mariadb: "simrs", host: "simrs.internal", from: "clinical" },
    { name: "office-files", smb: "//files.internal/office", from: "administrative", expected: "1 GiB" },
  ],
  services: [
    {
      name: "medical-record",
      at: "clinical",
      users: ["clinical"],
      needs: ["domain-login", "internet"],
      probe: { http: "http://rekam-medis.internal/health" },
    },
    {
      name: "domain-login",
      at: "administrative",
      users: ["clinical"],
      probe: { tcp: "dc.internal:88" },
    },
  ],
  endpoints: [
    { name: "time", host: "files.internal", users: ["clinical"] },
    { name: "resolver", host: "203.0.113.53", users: ["guest"] },
    { name: "mail", host: "relay.invalid", users: ["clinical"] },
    { name: "clock", host: "203.0.113.123", users: ["clinical"] },
  ],
  notices: [
    { to: "duty officer", language: "en", command: ["curl", "--data", "@-", "https://10.20.0.25/hook"] },
  ],
};

/** 1 GiB at this speed takes 17 minutes; the lab's backups are stopped after three and a half. */
export const past = { "office-files": { bytes: 300 * 2 ** 20, durationMs: 300_000 } };

export const expected: readonly (readonly [FindingCode, RegExp])[] = [
  ["lateral-open", /stay open between segments while administrative, guest are cut off/],
  ["kill-switch", /a worm's kill switch on the internet/],
  ["endpoint-behind-cut", /time \(files\.internal\) stands in administrative/],
  ["endpoint-behind-cut", /resolver \(203\.0\.113\.53\) is beyond the uplinks, from which guest/],
  ["endpoint-behind-cut", /notice duty officer \(10\.20\.0\.25\) is in administrative/],
  ["endpoint-unknown", /whether mail \(relay\.invalid\) is reached/],
  ["source-too-large", /office-files holds 1\.0 GiB .* 18 minutes are needed/],
  ["need-behind-cut", /medical-record needs domain-login in administrative/],
  ["unseen-way-out", /uplink internet is on br0, by its name a bridge/],
  ["edge-service-cut", /squid \(tcp\/3128\) on the edge is a way out/],
];
