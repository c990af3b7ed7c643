import { extrapolatedIncrease } from "./rate.ts";
import type { RangeFunction } from "./syntax.ts";

/** The samples of one series in one range of time, stale markers left out; never empty. */
export interface Window {
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  /** Both ends of the range, which are in it. */
  readonly startMs: number;
  readonly endMs: number;
}

/** As in Prometheus 2.42 (promql/functions.go); undefined is no result. */
export const RANGE_FUNCTION: Readonly<Record<RangeFunction, (window: Window) => number | undefined>> = {
  rate: (window) => extrapolatedIncrease(window, (window.endMs - window.startMs) / 1000),
  increase: (window) => extrapolatedIncrease(window, 1),
  sum_over_time: ({ values }) => sum(values),
  count_over_time: ({ values }) => values.length,
  max_over_time: ({ values }) => values.reduce((max, value) => (value > max || Number.isNaN(max) ? value : max)),
  min_over_time: ({ values }) => values.reduce((min, value) => (value < min || Number.isNaN(min) ? value : min)),
  avg_over_time: ({ values }) => average(values),
  last_over_time: ({ values }) => values.at(-1),
};

/** A sum and what it lost to rounding (Kahan, in Neumaier's form). */
class CompensatedSum {
  value = 0;
  #lost = 0;

  add(increment: number): void {
    const sum = this.value + increment;
    this.#lost +=
      Math.abs(this.value) >= Math.abs(increment) ? this.value - sum + increment : increment - sum + this.value;
    this.value = sum;
  }

  get total(): number {
    return Math.abs(this.value) === Infinity ? this.value : this.value + this.#lost;
  }
}

function sum(values: Float64Array): number {
  const sum = new CompensatedSum();
  for (const value of values) sum.add(value);
  return sum.total;
}

/** A running mean, which does not overflow where a sum would. */
function average(values: Float64Array): number {
  const mean = new CompensatedSum();
  values.forEach((value, i) => {
    if (staysInfinite(mean.value, value)) return;
    mean.add(value / (i + 1) - mean.value / (i + 1));
  });
  return mean.total;
}

/** An infinite mean stays so, but for its opposite or a NaN. */
export function staysInfinite(mean: number, value: number): boolean {
  return Math.abs(mean) === Infinity && (value === mean || Number.isFinite(value));
}
