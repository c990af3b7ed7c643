import type { Kind } from "@penstock/model";

/**
 * What a series' samples mean, by its name: nobody stores it, and a person may say otherwise. Penstock's counters and
 * histograms are deltas, under Prometheus' names for what grows.
 */
export function guessKind(metric: string): Kind {
  return /(_total|_count|_sum|_bucket)$/.test(metric) ? "delta" : "gauge";
}

/** Minutes of a range, and the step at which its lanes are combined: some 60 to 120 steps. */
export const RANGES: readonly { readonly minutes: number; readonly name: string; readonly stepS: number }[] = [
  { minutes: 5, name: "5 min", stepS: 5 },
  { minutes: 15, name: "15 min", stepS: 10 },
  { minutes: 60, name: "1 h", stepS: 60 },
  { minutes: 360, name: "6 h", stepS: 300 },
  { minutes: 1_440, name: "24 h", stepS: 900 },
];
