/** Calls a flush again and again, so long after the last has ended; keeps no process alive. */
export class Rounds {
  readonly #flush: () => Promise<unknown>;
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** @param flush must not reject; @param intervalMs 0: never */
  constructor(flush: () => Promise<unknown>, intervalMs: number) {
    this.#flush = flush;
    this.#intervalMs = intervalMs;
    this.#next();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #next(): void {
    if (this.#stopped || this.#intervalMs === 0) return;
    this.#timer = setTimeout(async () => {
      await this.#flush();
      this.#next();
    }, this.#intervalMs);
    this.#timer.unref();
  }
}
