import type { LabelPairs } from "@penstock/model";
import { goJsonFloat } from "../go-text.ts";
import type { QueryResult } from "./query.ts";
import { type Row, type Steps, stepTime } from "./value.ts";

type Point = readonly [seconds: number, value: string];

/** `data` of Prometheus' HTTP API, "Expression query result formats". */
export type QueryData =
  | { readonly resultType: "scalar"; readonly result: Point }
  | { readonly resultType: "vector"; readonly result: readonly { readonly metric: object; readonly value: Point }[] }
  | {
      readonly resultType: "matrix";
      readonly result: readonly { readonly metric: object; readonly values: readonly Point[] }[];
    };

export function instantData(result: QueryResult, atMs: number): QueryData {
  switch (result.type) {
    case "scalar":
      return { resultType: "scalar", result: point(atMs, result.values[0]!) };
    case "matrix":
      return {
        resultType: "matrix",
        result: result.series.map(({ labels, timestamps, values }) => ({
          metric: asObject(labels),
          values: Array.from(timestamps, (timestamp, i) => point(timestamp, values[i]!)),
        })),
      };
    case "vector":
      return {
        resultType: "vector",
        result: result.rows.map(({ labels, values }) => ({ metric: asObject(labels), value: point(atMs, values[0]!) })),
      };
  }
}

/** Of a range query everything is a matrix, a scalar one series without labels. */
export function rangeData(result: QueryResult, steps: Steps): QueryData {
  if (result.type === "scalar") {
    const row = { labels: [], values: result.values, present: new Uint8Array(steps.count).fill(1) };
    return { resultType: "matrix", result: [series(row, steps)] };
  }
  if (result.type === "matrix") return instantData(result, steps.startMs);
  return { resultType: "matrix", result: result.rows.map((row) => series(row, steps)) };
}

function series({ labels, values, present }: Row, steps: Steps): { metric: object; values: Point[] } {
  const points: Point[] = [];
  for (let step = 0; step < steps.count; step++) {
    if (present[step] === 1) points.push(point(stepTime(steps, step), values[step]!));
  }
  return { metric: asObject(labels), values: points };
}

function point(timestampMs: number, value: number): Point {
  return [timestampMs / 1000, goJsonFloat(value)];
}

/** Defines properties, so a label named `__proto__` stays a label. */
export function asObject(labels: LabelPairs): Record<string, string> {
  return Object.fromEntries(labels);
}
