/** Tells people, by the site's own commands; what was told is in the journal. It never holds the window up. */
import type { Notice } from "../model/hospital.ts";

/** A command that takes longer is given up. */
const commandMs = 10_000;

export interface TellPorts {
  note(text: string): void;
  run(command: readonly string[], text: string, signal: AbortSignal): Promise<void>;
}

/** Resolves when every notice was given or given up. */
export async function tell(
  notices: readonly Notice[],
  textIn: (language: Notice["language"]) => string,
  ports: TellPorts,
): Promise<void> {
  await Promise.all(
    notices.map(async ({ to, language, command }) => {
      const text = textIn(language);
      ports.note(`notice to ${to}: ${text}`);
      if (command === undefined || command.length === 0) return;
      try {
        await ports.run(command, text, AbortSignal.timeout(commandMs));
      } catch (error) {
        const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
        ports.note(`the notice to ${to} could not be given: ${why}`);
      }
    }),
  );
}
