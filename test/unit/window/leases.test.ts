import assert from "node:assert/strict";
import { acceptedLateMs, type LeaseRequest, type LiveLease } from "../../../src/model/edge-protocol.ts";
import { missingLeases } from "../../../src/window/leases/lease-request.ts";

const element = { set: "isolated_if", value: "adm0" } as const;
const request: LeaseRequest = { bootId: "boot", fence: 1, deadlineBootMs: 100_000, elements: [element] };
const live = (expiresMs: number | null): LiveLease[] => [{ ...element, expiresMs }];

describe("what the kernel holds of a lease", () => {
  it("is right when it ends with the deadline, or before", () => {
    assert.deepEqual(missingLeases(request, live(40_000), 60_000), []);
    assert.deepEqual(missingLeases(request, live(39_000), 60_000), []);
  });

  it("is right also by as much later as a busy edge lets pass", () => {
    assert.deepEqual(missingLeases(request, live(40_000 + acceptedLateMs), 60_000), []);
  });

  it("is wrong when it is missing, endless, or outlives the deadline by what the promise leaves no room for", () => {
    assert.match(missingLeases(request, [], 60_000)[0] ?? "", /adm0 is missing/u);
    assert.match(missingLeases(request, live(null), 60_000)[0] ?? "", /has no end/u);
    assert.match(missingLeases(request, live(40_200), 60_000)[0] ?? "", /200 ms after the deadline/u);
  });
});
