import { type Labels, show } from "@penstock/model";
import type { SampleInput } from "../check.ts";
import type { Buckets } from "./buckets.ts";
import { Family, type FamilyContext } from "./family.ts";
import { formatFloat } from "./float.ts";
import type { Instrument, Taken } from "./instrument.ts";
import { type LabelValues, readArguments } from "./labels.ts";

interface State {
  /** By bucket, not cumulative; the last is +Inf's. */
  readonly counts: number[];
  sum: number;
  count: number;
}

/** How often, and how large: durations, sizes. Sent as `_bucket`, `_sum` and `_count` of what came since the last flush. */
export interface Histogram {
  /** Counts one observation. Never throws. */
  observe(value: number): void;
  observe(labels: LabelValues, value: number): void;
}

export class DeltaHistogram implements Histogram, Instrument {
  readonly kind = "delta";
  readonly names: readonly string[];
  readonly buckets: Buckets;
  readonly #family: Family<State>;
  /** The text of each bound, +Inf's at the end. */
  readonly #les: readonly string[];

  constructor(metric: string, buckets: Buckets, context: FamilyContext) {
    this.names = [`${metric}_bucket`, `${metric}_sum`, `${metric}_count`];
    this.buckets = buckets;
    this.#les = [...buckets.bounds.map(formatFloat), "+Inf"];
    const longestLe = this.#les.reduce((a, b) => (b.length > a.length ? b : a));
    this.#family = new Family(context, {
      name: metric,
      create: () => ({ counts: this.#les.map(() => 0), sum: 0, count: 0 }),
      longest: (labels) => this.#bucket(labels, longestLe),
      seriesEach: this.#les.length + 2,
      reserved: ["le"],
    });
  }

  get series(): number {
    return this.#family.series;
  }

  observe(first: LabelValues | number, second?: number): void {
    const { labels, value } = readArguments(first, second);
    if (typeof value !== "number" || !Number.isFinite(value)) {
      this.#family.drop("value", () => `Expected an observation to be a finite number, got ${show(value)}`);
      return;
    }
    const state = this.#family.find(labels);
    if (!state) return;
    if (!Number.isFinite(state.sum + value)) {
      this.#family.drop("sum", () => "Expected a sum that a number can hold, got more");
      return;
    }
    state.counts[bucketOf(value, this.buckets.bounds)]! += 1;
    state.sum += value;
    state.count++;
  }

  take(timestampMs: number): Taken[] {
    this.#family.forgetIdle(({ count }) => count > 0, timestampMs);
    const taken: Taken[] = [];
    for (const { labels, state } of this.#family.members()) {
      if (state.count === 0) continue;
      const copy: State = { ...state, counts: [...state.counts] };
      taken.push({ samples: this.#samples(labels, copy, timestampMs), giveBack: () => addTo(state, copy) });
      state.counts.fill(0);
      state.sum = 0;
      state.count = 0;
    }
    return taken;
  }

  /**
   * The buckets, cumulative, from the one below the smallest observation on. Those before are 0 and add nothing to any
   * sum; `histogram_quantile` needs of them only the last, as the lower edge of the first bucket that has something.
   */
  #samples(labels: Labels, { counts, sum, count }: State, timestamp: number): SampleInput[] {
    const from = Math.max(0, counts.findIndex((one) => one > 0) - 1);
    const samples: SampleInput[] = [];
    let below = 0;
    for (let i = from; i < counts.length; i++) {
      below += counts[i]!;
      samples.push({ metric: this.#bucket(labels, this.#les[i]!), value: below, timestamp });
    }
    samples.push({ metric: { ...labels, __name__: `${this.#family.name}_sum` }, value: sum, timestamp });
    samples.push({ metric: { ...labels, __name__: `${this.#family.name}_count` }, value: count, timestamp });
    return samples;
  }

  #bucket(labels: Labels, le: string): Labels {
    return { ...labels, __name__: `${this.#family.name}_bucket`, le };
  }
}

/** The first bucket whose bound is not below the value: bounds are inclusive, as Prometheus has them. */
function bucketOf(value: number, bounds: readonly number[]): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bounds[middle]! >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}

function addTo(state: State, taken: State): void {
  for (const [i, count] of taken.counts.entries()) state.counts[i]! += count;
  state.sum += taken.sum;
  state.count += taken.count;
}
