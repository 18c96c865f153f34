/** Sources that the backup host can't reach past an edge's own tables. Pure. */
import { type DeclaredFlow, type Described, declaredFlows } from "./declared-flows.ts";
import { type SiteRow, stops } from "./rows.ts";

export interface Lost {
  readonly flow: DeclaredFlow;
  readonly row: SiteRow;
}

/** One flow of each that is stopped in every family: the backup uses the name's addresses in turn. */
export function lostSources(
  rows: readonly SiteRow[],
  described: Described,
  wanted: readonly { readonly name: string }[],
): readonly Lost[] {
  const flows = declaredFlows(described).filter(({ kind }) => kind === "backup-source");
  return wanted.flatMap(({ name }) => {
    const ways = flows
      .filter(({ to }) => to === name)
      .map((flow) => ({
        flow,
        row: rows.find((row) => row.kind === flow.kind && meets(row, flow) && stops(row)),
      }));
    const [first] = ways;
    if (first?.row === undefined || ways.some(({ row }) => row === undefined)) return [];
    return [{ flow: first.flow, row: first.row }];
  });
}

function meets(row: SiteRow, { to, session }: DeclaredFlow): boolean {
  return row.to === to && row.family === (session.family === 4 ? "ipv4" : "ipv6");
}
