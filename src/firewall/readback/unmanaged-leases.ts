/** Which lease elements nobody leased: somebody's hand put them there, or changed their end. Pure. */
import type { EdgeListing, LiveLease } from "../../model/edge-protocol.ts";

/** The clock was read before the elements, and both go by steps of up to 10 ms. */
const TOLERANCE_MS = 1_000;

export interface HandMade {
  readonly lease: LiveLease;
  /** What is wrong with it, without its name. */
  readonly why: string;
}

/** @param windowRuns false when the backup host says that no window is under way, null when it could not be asked. */
export function handMadeLeases(listing: EdgeListing, windowRuns: boolean | null): readonly HandMade[] {
  return listing.leases.flatMap((lease) => {
    const why = whyNot(lease, windowRuns);
    return why === null ? [] : [{ lease, why }];
  });
}

function whyNot({ expiresMs, grantedMs }: LiveLease, windowRuns: boolean | null): string | null {
  if (expiresMs === null) return "has no end";
  if (grantedMs === null) return "was put there by hand, by no window";
  if (windowRuns === false) return "is there although no window runs";
  if (grantedMs !== undefined && expiresMs > grantedMs + TOLERANCE_MS) {
    return `ends ${Math.round((expiresMs - grantedMs) / 1000)} s after the end it was given`;
  }
  return null;
}
