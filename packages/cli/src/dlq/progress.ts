const INTERVAL_MS = 100;

/** One line on standard error that is rewritten; nothing where that is no terminal. */
export class Progress {
  #shownAtMs = Number.NEGATIVE_INFINITY;

  show(text: string): void {
    if (!process.stderr.isTTY || performance.now() - this.#shownAtMs < INTERVAL_MS) return;
    this.#shownAtMs = performance.now();
    process.stderr.write(`\r\u001b[K${text}`);
  }

  clear(): void {
    if (process.stderr.isTTY && this.#shownAtMs > 0) process.stderr.write("\r\u001b[K");
  }
}
