/** Packets by rule id, as the kernel counted them. */
export type Tally = Map<string, number>;

export function countersOf(listing: string): ReadonlyMap<string, number> {
  const found = listing.matchAll(/counter packets (\d+) bytes \d+(?: drop)? comment "([^"]+)"/g);
  return new Map([...found].map(([, packets, id]) => [id ?? "", Number(packets)]));
}
