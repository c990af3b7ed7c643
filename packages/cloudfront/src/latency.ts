/**
 * Upper bounds of the latency buckets, in seconds: from a hit in the edge's memory to CloudFront's longest wait for an
 * origin (60 s unless AWS raised it).
 */
export const LATENCY_BUCKETS_SECONDS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

const BOUNDS: readonly number[] = [...LATENCY_BUCKETS_SECONDS, Number.POSITIVE_INFINITY];

/** A histogram's series: its buckets, the sum and the count. */
export const MAX_LATENCY_SERIES: number = BOUNDS.length + 2;

/** A classic histogram of one second, as deltas. */
export class Latency {
  /** By bucket, not cumulative. */
  readonly #counts: number[] = BOUNDS.map(() => 0);
  #sumSeconds = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Rounded to microseconds, so that it does not depend on the order of the lines. */
  get sumSeconds(): number {
    return Math.round(this.#sumSeconds * 1e6) / 1e6;
  }

  observe(seconds: number): void {
    this.#counts[BOUNDS.findIndex((bound) => seconds <= bound)]! += 1;
    this.#sumSeconds += seconds;
    this.#count++;
  }

  /**
   * The cumulative buckets from the one below the fastest request on. Those before are nought and left out: that saves a
   * quarter of the samples, and `histogram_quantile` needs of them only the last, as the lower edge to interpolate from.
   */
  buckets(): { le: string; count: number }[] {
    const first = this.#counts.findIndex((count) => count > 0);
    let count = 0;
    return BOUNDS.map((bound, i) => {
      count += this.#counts[i]!;
      return { le: formatBound(bound), count };
    }).slice(Math.max(0, first - 1));
  }
}

/** As the Prometheus text format writes the bounds that we have: the shortest text, and `+Inf`. */
function formatBound(bound: number): string {
  return bound === Number.POSITIVE_INFINITY ? "+Inf" : String(bound);
}
