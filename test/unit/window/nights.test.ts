/** No source is starved by what jeda believes of it: played over many nights by the window's own steps. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { expectedMs, type PastRun, usualMs } from "../../../src/estimate/duration.ts";
import {
  type History,
  history,
  lengthMs,
  mebibyte,
  noise,
  sourceOf,
  withOneLargeFile,
} from "./fakes/histories.ts";
import { type PlayedNight, play, type Truth } from "./fakes/nights.ts";

/** The same ones each time; others and more by the environment, each takes about a second. */
const histories = Number(process.env.JEDA_HISTORIES ?? 10);
const seed = Number(process.env.JEDA_SEED ?? 20_170_515);

/** Nights in a row on which a source that fits behind the more valuable ones may be missed. */
const mostMissed = 6;

/** How far two nights of one source may lie apart, and a little for what it grows. */
const apart = ((1 + noise) / (1 - noise)) * 1.05;

interface Played extends History {
  readonly which: string;
  readonly played: readonly PlayedNight[];
}

describe("nights in a row", function () {
  this.timeout(histories * 20_000);
  const all: Played[] = [];
  const queues = (): readonly Played[] => all.filter(({ parallel }) => parallel === 1);

  before(async () => {
    for (const [index, one] of fc.sample(history, { numRuns: histories, seed }).entries()) {
      const played = await play(one.truths, { ...one, lengthMs });
      all.push({ ...one, played, which: `JEDA_SEED=${seed} JEDA_HISTORIES=${index + 1}` });
    }
  });

  it(`save what fits behind the more valuable ones, after at most ${mostMissed} misses`, () => {
    for (const { truths, played, which } of all) {
      const missed = new Map<string, number>();
      for (const [night, { saved }] of played.entries()) {
        for (const name of owed(truths, night)) missed.set(name, (missed.get(name) ?? 0) + 1);
        for (const name of saved) missed.set(name, 0);
        for (const [name, times] of missed) assert.ok(times <= mostMissed, `${which}: ${name} in ${night}`);
      }
    }
  });

  it("try the most valuable one whenever nothing better could use the time, and all before they end early", () => {
    for (const { truths, played, which } of queues()) {
      for (const [night, { past, begun, endedWithMs }] of played.entries()) {
        for (const [index, { name, leftMs }] of begun.entries()) {
          const tried = new Set(begun.slice(0, index).map((one) => one.name));
          if (!tried.has(name) && believed(past, name) <= leftMs) continue;
          const passed = truths.slice(0, orderOf(name)).filter(({ source }) => !tried.has(source.name));
          assert.deepEqual(passed, [], `${which}: ${name} in ${night}`);
        }
        if (endedWithMs > 0) assert.equal(new Set(begun.map(({ name }) => name)).size, truths.length, which);
      }
    }
  });

  it("never prefer a less valuable one to one that is believed to fit and takes what it usually takes", () => {
    for (const { truths, played, which } of queues()) {
      for (const [night, { past, begun, putOff }] of played.entries()) {
        for (const [index, { name, leftMs }] of begun.entries()) {
          const tried = new Set(begun.slice(0, index).map((one) => one.name));
          for (const { source } of truths.slice(0, orderOf(name))) {
            const passed = !tried.has(source.name) && believed(past, source.name) <= leftMs;
            assert.ok(!passed, `${which}: ${source.name} was passed by ${name} in ${night}`);
          }
          const takesMs = truthOf(truths, name).takesMs(night) ?? Infinity;
          const usual = usualMs(past, name, truthOf(truths, name).lists(night));
          const asUsual = missesOf(past, name) === 0 && usual !== null && takesMs <= usual && usual <= leftMs;
          assert.ok(!(asUsual && putOff.has(name)), `${which}: ${name} was put off in ${night}`);
        }
      }
    }
  });

  it("never begin what was saved last time and can't fit while one waits that does", () => {
    for (const { truths, played, which } of queues()) {
      for (const [night, { past, begun }] of played.entries()) {
        for (const [index, { name, leftMs }] of begun.entries()) {
          const takesMs = truthOf(truths, name).takesMs(night);
          const known =
            missesOf(past, name) === 0 && (usualMs(past, name) ?? 0) * apart >= (takesMs ?? Infinity);
          if (takesMs === null || !known || takesMs <= leftMs * apart) continue;
          const tried = new Set(begun.slice(0, index).map((one) => one.name));
          const waits = truths.filter(({ source, takesMs: takes }) => {
            const ms = takes(night) ?? Infinity;
            const fits = ms * apart <= leftMs && believed(past, source.name) <= ms * apart;
            return fits && source.name !== name && !tried.has(source.name);
          });
          assert.deepEqual(waits, [], `${which}: ${name} in ${night}`);
        }
      }
    }
  });

  it("spoil ever fewer for one that never fits: after each it waits longer for the next", () => {
    for (const { truths, played, which } of queues()) {
      for (const { source } of truths) {
        let [stretch, spoilt] = [0, 0];
        for (const [night, { past, begun, saved, putOff }] of played.entries()) {
          const { name } = source;
          if (saved.has(name)) [stretch, spoilt] = [0, 0];
          stretch++;
          const first = begun.find((one) => one.name === name);
          const inVain = first !== undefined && !putOff.has(name) && !saved.has(name);
          if (inVain && believed(past, name) <= first.leftMs && loses(truths, played, night)) spoilt++;
          const most = Math.sqrt(2 * stretch) + Math.log2(stretch) + 1;
          assert.ok(spoilt <= most, `${which}: ${name} spoilt ${spoilt} of ${stretch} until ${night}`);
        }
      }
    }
  });
});

describe("a source after one bad night", () => {
  const steady = (order: number, share: number, first = share): Truth => ({
    source: sourceOf(order, "mariadb"),
    takesMs: (night) => lengthMs * (night === 0 ? first : share),
    lists: () => 6_000 * mebibyte,
    savedShare: 1 / 6,
    done: (share) => share,
  });
  const savedOf = async (truths: readonly Truth[], nights: number): Promise<string[]> => {
    const played = await play(truths, { nights, lengthMs, parallel: 1 });
    return played.map(({ saved }) => [...saved].toSorted().join(" "));
  };

  it("is saved in the third, the most valuable and the least, where the first was too slow to end", async () => {
    assert.deepEqual(await savedOf([steady(0, 0.7, 9), steady(1, 0.4)], 4), ["", "s1", "s0", "s0"]);
    const least = [steady(0, 0.2), steady(1, 0.2), steady(2, 0.3, 9)];
    assert.deepEqual((await savedOf(least, 3)).at(-1), "s0 s1 s2");
  });

  it("is saved in the same one, where a file of 3 GiB has come into a share of 10 MiB", async () => {
    const large = [withOneLargeFile(sourceOf(0, "smb"), 2), steady(1, 0.6)];
    assert.deepEqual(await savedOf(large, 4), ["s0 s1", "s0 s1", "s0 s1", "s0 s1"]);
  });
});

function orderOf(name: string): number {
  return Number(name.slice(1));
}

function truthOf(truths: readonly Truth[], name: string): Truth {
  const found = truths[orderOf(name)];
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

/** What is not known is tried. */
function believed(past: readonly PastRun[], name: string): number {
  return expectedMs(past, name, null) ?? 0;
}

function missesOf(past: readonly PastRun[], name: string): number {
  const own = past.filter(({ source }) => source === name).toReversed();
  const saved = own.findIndex((run) => run.saved);
  return saved < 0 ? own.length : saved;
}

/**
 * What has its time behind the more valuable ones that fit, whatever else is tried for a little while. Behind one of
 * which nobody could say in advance whether it fits, nothing is owed.
 */
function owed(truths: readonly Truth[], night: number): readonly string[] {
  let room = lengthMs * 0.9 - truths.length * 20_000;
  const names: string[] = [];
  for (const { source, takesMs } of truths) {
    const ms = takesMs(night);
    if (ms === null || ms > room * 1.6) continue;
    if (ms > room) return names;
    room -= ms;
    names.push(source.name);
  }
  return names;
}

function loses(truths: readonly Truth[], played: readonly PlayedNight[], night: number): boolean {
  return owed(truths, night).some((name) => played[night]?.saved.has(name) !== true);
}
