import fc from "fast-check";
import { expect, test } from "vitest";
import type { SeriesView } from "../../api.ts";
import { drawCombined, drawLanes, drawRaw } from "./drawing.ts";

const STEP_MS = 10;

const someSeries = fc.array(
  fc.uniqueArray(fc.record({ atMs: fc.nat(200), value: fc.integer(), lane: fc.integer({ min: 1, max: 10 }) }), {
    selector: ({ atMs }) => atMs,
    minLength: 1,
    maxLength: 20,
  }),
  { minLength: 1, maxLength: 4 },
);

function viewOf(points: readonly { atMs: number; value: number; lane: number }[], i: number): SeriesView {
  const sorted = points.toSorted((a, b) => a.atMs - b.atMs);
  const steps = [...Map.groupBy(sorted, ({ atMs }) => Math.floor(atMs / STEP_MS) * STEP_MS)];
  return {
    key: `s${i}`,
    lanes: [],
    samples: points.length,
    newestMs: sorted.at(-1)!.atMs,
    points: {
      atMs: sorted.map((p) => p.atMs),
      values: sorted.map((p) => p.value),
      lanes: sorted.map((p) => String(p.lane)),
    },
    combined: { atMs: steps.map(([at]) => at), values: steps.map(([, some]) => some.length) },
  };
}

/** What a drawing shows, line by line. */
function shown({
  timesMs,
  lines,
}: {
  timesMs: readonly number[];
  lines: readonly { values: readonly (number | null)[] }[];
}) {
  return lines.map(({ values }) => values.flatMap((value, i) => (value === null ? [] : [[timesMs[i], value]])));
}

test("every sample is drawn at its time, and nothing between samples is made up", () => {
  fc.assert(
    fc.property(someSeries, (lists) => {
      const series = lists.map(viewOf);
      expect(shown(drawRaw(series))).toEqual(
        series.map(({ points }) => points.atMs.map((at, i) => [at, points.values[i]])),
      );
      const combined = drawCombined(series, STEP_MS, "steps");
      expect(shown(combined)).toEqual(
        series.map((one) => one.combined.atMs.map((at, i) => [at, one.combined.values[i]])),
      );
      expect(combined.timesMs.every((at, i) => i === 0 || at - combined.timesMs[i - 1]! === STEP_MS)).toBe(true);
      const lanes = shown(drawLanes(series)).flat();
      const expected = series.flatMap(({ points }) => points.atMs.map((at, i) => `${at} ${points.lanes[i]}`));
      expect(new Set(lanes.map(([at, lane]) => `${at} ${lane}`))).toEqual(new Set(expected));
    }),
  );
});

test("what has no place on an axis is left out of the drawing", () => {
  const view = viewOf([{ atMs: 1, value: 1, lane: 1 }], 0);
  const odd = { ...view, points: { ...view.points, values: ["NaN" as const] } };
  expect(shown(drawRaw([odd]))).toEqual([[]]);
});
