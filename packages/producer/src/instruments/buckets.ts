import { show } from "@penstock/model";

/** Upper bounds of one histogram. Every label set of it costs a series for each. */
const MAX_BOUNDS = 500;
/** `0.1 + 2 * 0.1` shall read 0.3: a bound is meant in decimals, and its text is part of a series' identity. */
const SIGNIFICANT_DIGITS = 12;

/**
 * The upper bounds of a histogram's buckets, rising; `+Inf` comes by itself. Each method gives a longer ladder and leaves
 * this one as it was. A bound that ends one part and begins the next stands once.
 */
export class Buckets {
  readonly bounds: readonly number[];

  /** Not checked: begin with `buckets`, whose methods do. */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
  }

  /**
   * These bounds.
   *
   * @throws RangeError when they do not rise, or are too many
   */
  of(...bounds: readonly number[]): Buckets {
    return this.#and(bounds, `of(${bounds.map(show).join(", ")})`);
  }

  /**
   * From `from` to `to`, both included, every `step`.
   *
   * @throws RangeError when that does not rise, does not end on `to`, or gives too many bounds
   * @example buckets.steps(1, 20, 1).steps(20, 100, 5).steps(100, 1000, 20).steps(1000, 30000, 1000)
   */
  steps(from: number, to: number, step: number): Buckets {
    const call = `steps(${[from, to, step].map(show).join(", ")})`;
    const count = (to - from) / step;
    if (!(step > 0 && to > from && Number.isFinite(count))) {
      throw new RangeError(`Expected steps that go up to their end by a step above 0, got \`${call}\``);
    }
    if (Math.abs(count - Math.round(count)) > 1e-6) {
      throw new RangeError(`Expected a whole number of steps to the end, got \`${call}\``);
    }
    return this.#and(
      generate(Math.round(count) + 1, call, (i) => from + i * step),
      call,
    );
  }

  /**
   * `count` bounds from `start` on, `width` apart.
   *
   * @throws RangeError when they do not rise, or are too many
   */
  linear(start: number, width: number, count: number): Buckets {
    const call = `linear(${[start, width, count].map(show).join(", ")})`;
    return this.#and(
      generate(count, call, (i) => start + i * width),
      call,
    );
  }

  /**
   * `count` bounds from `start` on, each `factor` times the one before.
   *
   * @throws RangeError when they do not rise, or are too many
   */
  exponential(start: number, factor: number, count: number): Buckets {
    const call = `exponential(${[start, factor, count].map(show).join(", ")})`;
    return this.#and(
      generate(count, call, (i) => start * factor ** i),
      call,
    );
  }

  /** @param call what was asked for, for the error */
  #and(more: readonly number[], call: string): Buckets {
    const rest = more[0] === this.bounds.at(-1) ? more.slice(1) : more;
    const bounds = [...this.bounds, ...rest];
    if (bounds.length > MAX_BOUNDS) throw tooMany(bounds.length, call);
    for (const [i, bound] of bounds.entries()) {
      if (typeof bound !== "number" || !Number.isFinite(bound)) {
        throw new RangeError(`Expected bounds that are finite numbers, as +Inf comes by itself, got \`${call}\``);
      }
      if (i > 0 && bound <= bounds[i - 1]!) {
        throw new RangeError(`Expected bounds that rise, got ${bound} after ${bounds[i - 1]} in \`${call}\``);
      }
    }
    return new Buckets(bounds);
  }
}

/** The beginning of a ladder. */
export const buckets: Buckets = new Buckets([]);

/** What Prometheus's client libraries use by default: seconds of a web request. */
export const DEFAULT_BUCKETS: Buckets = buckets.of(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10);

function generate(count: number, call: string, bound: (i: number) => number): number[] {
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`Expected a count of 1 or more, got \`${call}\``);
  }
  if (count > MAX_BOUNDS) throw tooMany(count, call);
  return Array.from({ length: count }, (_, i) => Number(bound(i).toPrecision(SIGNIFICANT_DIGITS)));
}

function tooMany(count: number, call: string): RangeError {
  return new RangeError(`Expected at most ${MAX_BOUNDS} bounds, got ${count} with \`${call}\``);
}
