/**
 * The last consistent snapshot before the dump's. The dump needs a while to start, in which people go on working: two
 * sessions open theirs in turn, until a connection is there that was not before. A snapshot after which there still
 * was none is earlier than the dump's, for the dump can't have said anything yet.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Opened, openSnapshot, ownConnections } from "./moments.ts";
import type { SourceSession } from "./source-session.ts";

const PAUSE = 10;

export interface Earlier extends Opened {
  readonly session: SourceSession;
}

export interface NearestBefore {
  /** From now on the dump may connect. */
  started(): void;
  /** The dump has begun: which one it is. */
  end(): Promise<Earlier>;
}

/** @param first and all other sessions of this source are connected already; its snapshot is open on return. */
export async function nearestBefore(first: SourceSession, second: SourceSession): Promise<NearestBefore> {
  const known = await ownConnections(first);
  let nearest: Earlier = { session: first, ...(await openSnapshot(first, "earlier")) };
  let spare = second;
  let over = false;
  const follow = async (): Promise<void> => {
    while (!over) {
      const opened = await openSnapshot(spare, "earlier");
      const now = await ownConnections(spare);
      if ([...now].some((id) => !known.has(id))) return;
      const former = nearest.session;
      nearest = { session: spare, ...opened };
      spare = former;
      await sleep(PAUSE);
    }
  };
  let following: Promise<void> = Promise.resolve();
  return {
    started() {
      following = follow();
      following.catch(() => {}); // awaited at the end
    },
    async end() {
      over = true;
      await following;
      await spare.ask("COMMIT;");
      return nearest;
    },
  };
}
