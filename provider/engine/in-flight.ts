import { JedaError } from "../../src/model/errors.ts";

/** Which changes are running, so that the process ends between two of them and never in the middle of one. */
export class Work {
  readonly #running = new Set<Promise<unknown>>();
  #refusal: string | null = null;

  run<T>(task: () => Promise<T>): Promise<T> {
    const promise = this.#refusal === null ? task() : Promise.reject(new JedaError("REFUSED", this.#refusal));
    const settled = promise.then(
      () => {},
      () => {},
    );
    this.#running.add(settled);
    void settled.then(() => this.#running.delete(settled));
    return promise;
  }

  /** From now on nothing new begins. */
  refuse(reason: string): void {
    this.#refusal ??= reason;
  }

  async finished(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
