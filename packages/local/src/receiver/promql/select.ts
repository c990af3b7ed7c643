import type { Matcher } from "@penstock/model";
import { isStale } from "../float-bits.ts";
import type { StoredSeries } from "../series.ts";
import { execution } from "./query-error.ts";
import { RANGE_FUNCTION, type Window } from "./range-functions.ts";
import type { RangeFunction, RangeSelector, Selector } from "./syntax.ts";
import { isEmpty, newRow, type Row, type Steps, setValue, stepTime, type Vector } from "./value.ts";

/** How far back an instant selector looks for a sample (`--query.lookback-delta`). */
const LOOKBACK_MS: number = 5 * 60_000;

/** Where the samples are. */
export interface Source {
  select(matchers: readonly Matcher[], startMs: number, endMs: number): StoredSeries[];
}

/** What one query may still load. */
export class Budget {
  readonly #source: Source;
  #left: number;

  constructor(source: Source, maxSamples: number) {
    this.#source = source;
    this.#left = maxSamples;
  }

  /** @throws {QueryError} when it has become too much */
  spend(samples: number): void {
    this.#left -= samples;
    if (this.#left >= 0) return;
    throw execution("query processing would load too many samples into memory in query execution");
  }

  select(matchers: readonly Matcher[], startMs: number, endMs: number): StoredSeries[] {
    return this.#source.select(matchers, startMs, endMs);
  }
}

/** `m`: at each step the newest sample of the last five minutes, unless it says that the series has ended. */
export function evaluateSelector(selector: Selector, steps: Steps, budget: Budget): Vector {
  return lookUp(selector, steps, budget, (value) => value);
}

/** `timestamp(m)`: of the same samples, when they were. */
export function evaluateTimestamps(selector: Selector, steps: Steps, budget: Budget): Vector {
  return lookUp(selector, steps, budget, (_value, timestampMs) => timestampMs / 1000);
}

function lookUp(
  { matchers, offsetMs }: Selector,
  steps: Steps,
  budget: Budget,
  give: (value: number, timestampMs: number) => number,
): Vector {
  const [startMs, endMs] = ends(steps, offsetMs);
  const series = budget.select(matchers, startMs - LOOKBACK_MS, endMs);
  budget.spend(series.length * steps.count);
  const rows = series.map(({ labels, timestamps, values }) => {
    const row = newRow(labels, steps);
    let next = 0;
    for (let step = 0; step < steps.count; step++) {
      const atMs = stepTime(steps, step) - offsetMs;
      while (next < timestamps.length && timestamps[next]! <= atMs) next++;
      if (next === 0 || timestamps[next - 1]! < atMs - LOOKBACK_MS || isStale(values[next - 1]!)) continue;
      setValue(row, step, give(values[next - 1]!, timestamps[next - 1]!));
    }
    return row;
  });
  return rows.filter((row) => !isEmpty(row));
}

/** `m[5m]` at one time: the samples as they are, stale markers left out. */
export function evaluateRange({ selector, rangeMs }: RangeSelector, atMs: number, budget: Budget): StoredSeries[] {
  const endMs = atMs - selector.offsetMs;
  const series = budget.select(selector.matchers, endMs - rangeMs, endMs).map(withoutStale);
  for (const { timestamps } of series) budget.spend(timestamps.length);
  return series.filter(({ timestamps }) => timestamps.length > 0);
}

/** `sum_over_time(m[5m])`: at each step, of the samples of the range that ends there. */
export function evaluateOverRange(
  name: RangeFunction,
  { selector, rangeMs }: RangeSelector,
  steps: Steps,
  budget: Budget,
): Vector {
  const [startMs, endMs] = ends(steps, selector.offsetMs);
  const series = budget.select(selector.matchers, startMs - rangeMs, endMs);
  for (const { timestamps } of series) budget.spend(timestamps.length + steps.count);
  return series
    .map(withoutStale)
    .map((stored) => overRange(stored, RANGE_FUNCTION[name], { steps, offsetMs: selector.offsetMs, rangeMs }))
    .filter((row) => !isEmpty(row));
}

function overRange(
  { labels, timestamps, values }: StoredSeries,
  call: (window: Window) => number | undefined,
  { steps, offsetMs, rangeMs }: { readonly steps: Steps; readonly offsetMs: number; readonly rangeMs: number },
): Row {
  const row = newRow(labels, steps);
  let from = 0;
  let to = 0;
  for (let step = 0; step < steps.count; step++) {
    const endMs = stepTime(steps, step) - offsetMs;
    const startMs = endMs - rangeMs;
    while (to < timestamps.length && timestamps[to]! <= endMs) to++;
    while (from < to && timestamps[from]! < startMs) from++;
    if (from === to) continue;
    const window = { timestamps: timestamps.subarray(from, to), values: values.subarray(from, to), startMs, endMs };
    const value = call(window);
    if (value !== undefined) setValue(row, step, value);
  }
  return row;
}

function ends(steps: Steps, offsetMs: number): [startMs: number, endMs: number] {
  return [steps.startMs - offsetMs, stepTime(steps, steps.count - 1) - offsetMs];
}

function withoutStale(series: StoredSeries): StoredSeries {
  const { labels, timestamps, values } = series;
  if (!values.some(isStale)) return series;
  const kept = timestamps.map((_, i) => i).filter((i) => !isStale(values[i]!));
  return { labels, timestamps: kept.map((i) => timestamps[i]!), values: kept.map((i) => values[i]!) };
}
