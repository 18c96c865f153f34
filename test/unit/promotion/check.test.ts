import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import fc from "fast-check";
import type { Promotion } from "../../../src/model/hospital.ts";
import type { Runbook } from "../../../src/model/runbook.ts";
import { checkPromotion } from "../../../src/promotion/check.ts";
import { KEY_PATTERN, keyText, type Statement, signedBytes } from "../../../src/promotion/statement.ts";

const DAY = 86_400_000;
const now = Date.parse("2017-05-14T20:00:00+07:00");
const runbook: Runbook = { name: "isolate", hash: "a".repeat(64), steps: [], finally: [] };
const statement: Statement = {
  hospital: "RS Uji (staging)",
  id: "arm-asia-jakarta-aaaaaaaa-1",
  result: "ok",
  runbookHash: runbook.hash,
  endedAt: "2017-05-12T03:00:00.000+07:00",
};

function host(): { readonly key: string; readonly own: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return { key: keyText(publicKey.export({ type: "spki", format: "der" })), own: privateKey };
}
const staging = host();

function sealed(of: Statement, by = staging): object {
  const seal = { key: by.key, signature: sign(null, signedBytes(of), by.own).toString("base64") };
  return { ...of, seal, isolated: ["office"], verified: true };
}
const demanded: Promotion = { from: "staging", maxAgeMs: 14 * DAY, key: staging.key };
const check = (output: unknown, promotion: Promotion = demanded) =>
  checkPromotion(promotion, runbook, output, now);

/** The one thing that is missing. */
function missing(output: unknown, promotion?: Promotion): string {
  const decision = check(output, promotion);
  assert.equal(decision.missing.length, 1, decision.missing.join("\n"));
  assert.equal(decision.override, undefined);
  return decision.missing[0] ?? "";
}

describe("a promotion", () => {
  it("stands on a signed, recent, ok window of the same runbook", () => {
    assert.deepEqual(check(sealed(statement)), { missing: [], warnings: [] });
    assert.match(staging.key, KEY_PATTERN);
  });

  it("is refused where the earlier stage has run nothing to its end", () => {
    for (const output of [
      undefined,
      null,
      "ok",
      {},
      { result: "unknown" },
      { ...statement, endedAt: null },
    ]) {
      assert.equal(missing(output), "the stack staging has not run a window to its end");
    }
  });

  it("is refused when that window did not end ok, though signed", () => {
    assert.match(missing(sealed({ ...statement, result: "partial" })), /of staging ended partial, not ok$/);
  });

  it("is refused for another runbook", () => {
    const other = sealed({ ...statement, runbookHash: "b".repeat(64) });
    assert.match(missing(other), /ran another runbook \(bbbbbbbb, this one is aaaaaaaa\)/);
  });

  it("is refused for an old window, and for one that has not ended yet", () => {
    const old = sealed({ ...statement, endedAt: "2017-04-29T03:00:00+07:00" });
    assert.match(missing(old), /ended at 2017-04-29T03:00:00\+07:00, longer ago than 14 days$/);
    const hours = { ...demanded, maxAgeMs: 12 * 3_600_000 };
    assert.match(missing(sealed(statement), hours), /longer ago than 12 hours$/);
    const ahead = sealed({ ...statement, endedAt: "2017-05-14T21:00:00+07:00" });
    assert.match(missing(ahead), /ended in the future/);
    const clocks = sealed({ ...statement, endedAt: "2017-05-14T20:01:00+07:00" });
    assert.deepEqual(check(clocks).missing, []);
  });

  it("is refused without a signature, with another host's, and with one that doesn't fit", () => {
    assert.match(missing(statement), /is not signed by its backup host/);
    assert.match(missing(sealed(statement, host())), /is signed by another key than the pinned one/);
    const { seal } = sealed(statement) as { readonly seal: object };
    assert.match(
      missing({ ...statement, seal: { ...seal, signature: "" } }),
      /not what the backup host signed/,
    );
    // Somebody else's signature under the pinned name.
    const stranger = host();
    const disguised = sealed(statement, { key: staging.key, own: stranger.own });
    assert.match(missing(disguised), /not what the backup host signed/);
  });

  it("is refused whichever signed field was altered in the state", () => {
    const altered = fc.record(
      {
        hospital: fc.string(),
        id: fc.string(),
        endedAt: fc.integer({ min: -9, max: 0 }).map((days) => new Date(now + days * DAY - 1).toISOString()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(altered, (change) => {
        const output = { ...sealed(statement), ...change };
        const same = Object.entries(change).every(
          ([name, value]) => statement[name as keyof Statement] === value,
        );
        assert.equal(check(output).missing.length === 0, same);
      }),
    );
  });

  it("says everything that is missing at once", () => {
    const bad = {
      ...statement,
      result: "failed",
      runbookHash: "b".repeat(64),
      endedAt: "2017-01-01T00:00:00Z",
    };
    assert.equal(check(bad).missing.length, 4);
  });

  it("believes an unsigned result where no key is pinned, and warns", () => {
    const { key: _, ...unpinned } = demanded;
    const { missing: nothing, warnings } = check(statement, unpinned);
    assert.deepEqual(nothing, []);
    assert.match(warnings[0] ?? "", /believed without a signature.*promotionKey/);
  });

  it("gives way to an override, whose reason it hands on", () => {
    const override = { reason: "replay of the night of 15 May 2017" };
    assert.deepEqual(check(undefined, { ...demanded, override }), {
      missing: [],
      warnings: [],
      override: override.reason,
    });
  });
});
