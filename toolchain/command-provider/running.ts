/** The shells that are running now. */
import type { ChildProcess } from "node:child_process";

export class RunningCommands {
  readonly #children = new Set<ChildProcess>();
  #cancelled = false;

  get cancelled(): boolean {
    return this.#cancelled;
  }

  add(child: ChildProcess): void {
    this.#children.add(child);
    child.once("close", () => this.#children.delete(child));
    if (this.#cancelled) child.kill("SIGKILL");
  }

  /**
   * Cancel, as the official provider does it: the shell is killed and nothing else. Its children live on, and the
   * command ends when they close its output; a command text that starts with `exec` has no such children.
   */
  killShells(): void {
    this.#cancelled = true;
    for (const child of this.#children) child.kill("SIGKILL");
  }
}
