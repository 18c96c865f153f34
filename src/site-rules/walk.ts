/** Packets through the chains of one hook, as the kernel walks them. Pure. */
import type { Packets, RuleAt } from "./packets.ts";
import { readRule, type Step, type Verdict } from "./rule.ts";
import type { SiteChain, SiteTable } from "./ruleset.ts";

/** Packets on their way; `doubt` is the first rule of which it can't be told whether it takes them. */
export interface Traveller {
  readonly packets: Packets;
  readonly doubt: RuleAt | null;
}

export interface End extends Traveller {
  readonly kind: "accept" | "drop" | "reject" | "unknown";
  readonly rule: RuleAt;
}

/** A ruleset that asks for more than so many steps is not judged. */
const mostSteps = 20_000;
/** The kernel refuses deeper ones. */
const mostJumps = 16;

export class Walk {
  private readonly read = new Map<string, readonly Step[]>();
  private left = mostSteps;

  begin(): void {
    this.left = mostSteps;
  }

  /** Where packets end in a base chain; its policy is the last word. */
  base(table: SiteTable, chain: SiteChain, traveller: Traveller): readonly End[] {
    const { ends, rest } = this.chain(table, chain, [traveller], 0);
    const policy = chain.hook?.policy ?? "accept";
    const rule = { table: nameOf(table), chain: chain.name, text: `policy ${policy}` };
    return [...ends, ...rest.map((one): End => ({ ...one, kind: policy, rule }))];
  }

  /** `rest`: those that come back to whoever jumped here. */
  private chain(
    table: SiteTable,
    chain: SiteChain,
    travellers: readonly Traveller[],
    depth: number,
  ): { readonly ends: readonly End[]; readonly rest: readonly Traveller[] } {
    const ends: End[] = [];
    const back: Traveller[] = [];
    let rest = travellers;
    for (const [index, text] of chain.rules.entries()) {
      if (rest.length === 0) break;
      const rule: RuleAt = { table: nameOf(table), chain: chain.name, text: shown(text) };
      const steps = this.steps(table, chain, index, { ...rule, text });
      const after: Traveller[] = [];
      for (const traveller of rest) {
        this.rule(steps, rule, traveller, (one, verdict) => {
          if (verdict === null || verdict.kind === "continue") after.push(one);
          else if (verdict.kind === "return") back.push(one);
          else if (verdict.kind === "jump" || verdict.kind === "goto") {
            const inner = table.chains.get(verdict.chain);
            if (inner === undefined || depth >= mostJumps) {
              ends.push({ ...one, kind: "unknown", rule });
              return;
            }
            const found = this.chain(table, inner, [one], depth + 1);
            ends.push(...found.ends);
            (verdict.kind === "jump" ? after : back).push(...found.rest);
          } else ends.push({ ...one, kind: verdict.kind, rule });
        });
      }
      rest = after;
    }
    return { ends, rest: [...rest, ...back] };
  }

  private rule(
    steps: readonly Step[],
    rule: RuleAt,
    traveller: Traveller,
    leave: (one: Traveller, verdict: Verdict | null) => void,
  ): void {
    let inside: readonly Traveller[] = [traveller];
    const doubted = (packets: Packets, from: Traveller): Traveller => ({
      packets,
      doubt: from.doubt ?? rule,
    });
    for (const step of steps) {
      this.left -= inside.length;
      if (this.left < 0) {
        for (const one of inside) leave(one, { kind: "unknown" });
        return;
      }
      if (step.kind === "change") {
        inside = inside.map((one) => ({ ...one, packets: step.change(one.packets) }));
      } else if (step.kind === "verdict") {
        for (const one of inside) leave(one, step.verdict);
        return;
      } else if (step.kind === "test") {
        const passed: Traveller[] = [];
        for (const one of inside) {
          const { yes, no, unsure } = step.test(one.packets);
          passed.push(
            ...yes.map((packets) => ({ ...one, packets })),
            ...unsure.map((packets) => doubted(packets, one)),
          );
          for (const packets of no) leave({ ...one, packets }, null);
          for (const packets of unsure) leave(doubted(packets, one), null);
        }
        inside = passed;
      } else {
        for (const { test, verdict } of step.choices) {
          const others: Traveller[] = [];
          for (const one of inside) {
            const { yes, no, unsure } = test(one.packets);
            for (const packets of yes) leave({ ...one, packets }, verdict);
            for (const packets of unsure) leave(doubted(packets, one), verdict);
            others.push(
              ...no.map((packets) => ({ ...one, packets })),
              ...unsure.map((packets) => doubted(packets, one)),
            );
          }
          inside = others;
        }
      }
    }
    for (const one of inside) leave(one, null);
  }

  private steps(table: SiteTable, chain: SiteChain, index: number, rule: RuleAt): readonly Step[] {
    const key = `${rule.table}\n${chain.name}\n${index}`;
    const known = this.read.get(key);
    if (known !== undefined) return known;
    const steps = readRule(rule, table);
    this.read.set(key, steps);
    return steps;
  }
}

export function nameOf({ family, name }: SiteTable): string {
  return `${family} ${name}`;
}

/** Without counts, and not longer than a line of a report. */
function shown(text: string): string {
  const plain = text
    .replace(/ ?counter packets \d+ bytes \d+/g, "")
    .replace(/ # handle \d+$/, "")
    .trim();
  return plain.length <= 160 ? plain : `${plain.slice(0, 159)}…`;
}
