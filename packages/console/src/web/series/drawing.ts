import type { JsonNumber, SeriesView } from "../../api.ts";
import type { Line } from "../parts/line.ts";

export type View = "combined" | "raw" | "lanes" | "table";

export interface Drawing {
  readonly timesMs: readonly number[];
  readonly lines: readonly Line[];
}

/** The highest lane; and 0 stands for a series that somebody else wrote, without one. */
const MAX_LANES = 10;

/** The raw samples of the series over one another, at all their times. */
export function drawRaw(series: readonly SeriesView[]): Drawing {
  const timesMs = [...new Set(series.flatMap(({ points }) => points.atMs))].sort((a, b) => a - b);
  return { timesMs, lines: series.map(({ key, points }) => aligned(key, "dots", timesMs, points.atMs, points.values)) };
}

/** The series with their lanes as one, at every step: where a step has no sample, there is a gap. */
export function drawCombined(series: readonly SeriesView[], stepMs: number, look: Line["look"]): Drawing {
  const all = series.flatMap(({ combined }) => combined.atMs);
  const fromMs = all.reduce((least, atMs) => Math.min(least, atMs), Number.POSITIVE_INFINITY);
  const toMs = all.reduce((most, atMs) => Math.max(most, atMs), 0);
  const steps = all.length === 0 ? 0 : Math.round((toMs - fromMs) / stepMs) + 1;
  const timesMs = Array.from({ length: steps }, (_, i) => fromMs + i * stepMs);
  return {
    timesMs,
    lines: series.map(({ key, combined }) => aligned(key, look, timesMs, combined.atMs, combined.values)),
  };
}

/** In which lane each sample lies: a line for each lane that is used, at its number's height. */
export function drawLanes(series: readonly SeriesView[]): Drawing {
  const points = series.flatMap((one) => one.points.atMs.map((atMs, i) => ({ atMs, lane: one.points.lanes[i]! })));
  const timesMs = [...new Set(points.map(({ atMs }) => atMs))].sort((a, b) => a - b);
  const byLane = Map.groupBy(points, ({ lane }) => Number(lane));
  const lines = [...byLane]
    .sort(([a], [b]) => a - b)
    .map(([lane, some]) => {
      const atMs = some.map((point) => point.atMs);
      return aligned(
        lane === 0 ? "no lane" : `lane ${lane}`,
        "dots",
        timesMs,
        atMs,
        atMs.map(() => lane),
      );
    });
  return { timesMs, lines };
}

/** Lanes for the axis, from 1 up to the highest used, at least three. */
export function laneTicks(series: readonly SeriesView[]): number[] {
  const used = series.flatMap(({ lanes }) => lanes.map(({ lane }) => Number(lane)));
  const most = Math.min(MAX_LANES, Math.max(3, ...used));
  const least = used.includes(0) ? 0 : 1;
  return Array.from({ length: most - least + 1 }, (_, i) => least + i);
}

function aligned(
  name: string,
  look: Line["look"],
  timesMs: readonly number[],
  atMs: readonly number[],
  values: readonly JsonNumber[],
): Line {
  const byTime = new Map(atMs.map((at, i) => [at, values[i]!]));
  return { name, look, values: timesMs.map((at) => drawn(byTime.get(at))) };
}

/** What has no place on an axis is in the table only. */
function drawn(value: JsonNumber | undefined): number | null {
  return typeof value === "number" ? value : null;
}
