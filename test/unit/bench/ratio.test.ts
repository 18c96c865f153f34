import assert from "node:assert/strict";
import { inPairs, ratioOf } from "../../../bench/ratio.ts";

const pair = (jedaMs: number, peerMs: number) => ({ jedaMs, peerMs });

describe("ratios of paired times", () => {
  it("are taken within each pair, not between the sums", () => {
    const pairs = [pair(300, 100), pair(20, 10), pair(1000, 1000)];
    assert.deepEqual(ratioOf(pairs), { min: 1, median: 2, max: 3 });
  });

  it("have the mean of the two in the middle as their median when the rounds are even", () => {
    assert.equal(ratioOf([pair(1, 1), pair(2, 1), pair(4, 1), pair(9, 1)]).median, 3);
  });

  it("are not made up where nothing was measured", () => {
    assert.throws(() => ratioOf([]), RangeError);
  });

  it("come from rounds in which each is first in turn, and prepared before it is timed", async () => {
    const order: string[] = [];
    const contender = (name: string) => ({
      prepare: async (round: number) => void order.push(`prepare ${name} ${round}`),
      work: async (round: number) => order.push(`${name} ${round}`),
    });
    assert.equal((await inPairs(2, contender("jeda"), contender("peer"))).length, 2);
    const first = ["prepare jeda 0", "jeda 0", "prepare peer 0", "peer 0"];
    assert.deepEqual(order, [...first, "prepare peer 1", "peer 1", "prepare jeda 1", "jeda 1"]);
  });
});
