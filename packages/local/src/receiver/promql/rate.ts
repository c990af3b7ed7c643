import type { Window } from "./range-functions.ts";

/** How much nearer than usual a first or last sample must be to the range's end for the series to reach it. */
const EXTRAPOLATION_THRESHOLD = 1.1;

/**
 * The increase of a counter over a range per `per` of it, carried on to the range's ends where the samples come near
 * them (Prometheus 2.42 promql/functions.go, `extrapolatedRate`); undefined of fewer than two samples.
 */
export function extrapolatedIncrease({ timestamps, values, startMs, endMs }: Window, per: number): number | undefined {
  if (values.length < 2) return undefined;
  const first = timestamps[0]!;
  const last = timestamps.at(-1)!;
  const increase = counterIncrease(values);
  const sampledSeconds = (last - first) / 1000;
  const averageSeconds = sampledSeconds / (values.length - 1);
  const startGap = Math.min((first - startMs) / 1000, secondsFromZero(values[0]!, increase, sampledSeconds));
  const endGap = (endMs - last) / 1000;
  const threshold = averageSeconds * EXTRAPOLATION_THRESHOLD;
  const seconds =
    sampledSeconds +
    (startGap < threshold ? startGap : averageSeconds / 2) +
    (endGap < threshold ? endGap : averageSeconds / 2);
  return increase * (seconds / sampledSeconds / per);
}

/** From first to last, with what was there before each reset. */
function counterIncrease(values: Float64Array): number {
  let increase = values.at(-1)! - values[0]!;
  let previous = 0;
  for (const value of values) {
    if (value < previous) increase += previous;
    previous = value;
  }
  return increase;
}

/** A counter starts at zero, so it is not carried back past it. */
function secondsFromZero(firstValue: number, increase: number, sampledSeconds: number): number {
  return increase > 0 && firstValue >= 0 ? sampledSeconds * (firstValue / increase) : Infinity;
}
