/**
 * How far back a receiver still takes a sample behind the newest of its series. One time holds for all series
 * (docs/remote-write.md#why: the head's newest time less the out-of-order window), so one refusal speaks for everything older. Without
 * a window every such sample is refused, and the horizon is nowhere.
 */
export class Horizon {
  #refusedMs = Number.NEGATIVE_INFINITY;

  /** A sample of this time, with a newer one in its series, was refused for that. */
  refused(atMs: number): void {
    this.#refusedMs = Math.max(this.#refusedMs, atMs);
  }

  /** Whether a sample of this time, with a newer one in its series, is known to be refused. */
  isBeyond(atMs: number): boolean {
    return atMs <= this.#refusedMs;
  }
}
