/**
 * Keeps the vault's second lock while a window runs: somebody's `flush ruleset` on the backup host, or a reload of its
 * firewall, takes `inet jeda_host` away, and the edge may lose its own in the same minute.
 */
import type { OwnFirewall } from "../../../host/own-firewall.ts";
import type { Clock } from "../../clocks/clock.ts";

/** Between two looks where no change was heard of, milliseconds: one program each. */
const lookEveryMs = 500;

/** Until the signal fires; never rejects. `note` writes a sentence into the journal. */
export async function guardHostFirewall(
  firewall: OwnFirewall,
  clock: Pick<Clock, "sleep">,
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let said = "";
  const say = (text: string): void => {
    if (text !== said) note(text);
    said = text;
  };
  let told: string | null = null;
  let wake = (): void => undefined;
  const unwatch = firewall.watch(() => wake());
  while (!signal.aborted) {
    const changed = new Promise<void>((resolve) => {
      wake = resolve;
    });
    try {
      if (!(await firewall.locks())) {
        await firewall.load();
        note("the backup host's own firewall, inet jeda_host, was gone: it was loaded again");
      }
      const why = firewall.fallback();
      if (why !== null && why !== told) {
        note(
          `the backup host's own firewall is the minimal ruleset, which locks the vault: ${why}. To mend it: pulumi up`,
        );
      }
      told = why;
      said = "";
    } catch (error) {
      say(
        `the backup host's own firewall, inet jeda_host, is gone and can't be loaded again: ${error instanceof Error ? error.message.split("\n")[0] : error}`,
      );
    }
    await Promise.race([clock.sleep(lookEveryMs, signal), changed]);
  }
  unwatch();
}
