import { type ReadQuery, type ReadSeries, show } from "@penstock/model";

type Range = Pick<ReadQuery, "startMs" | "endMs">;

export type Matrix =
  | { readonly ok: true; readonly series: readonly ReadSeries[] }
  | { readonly ok: false; readonly detail: string };

/**
 * Reads the answer to an instant query of a range selector (Prometheus HTTP API, "Expression query result formats",
 * "Range vectors") and keeps what is in the range, both ends included. Never throws: a server says what it likes.
 */
export function parseMatrix(text: string, range: Range): Matrix {
  try {
    return { ok: true, series: readAnswer(JSON.parse(text), range) };
  } catch (error) {
    return { ok: false, detail: (error as Error).message };
  }
}

function readAnswer(answer: unknown, range: Range): ReadSeries[] {
  const { status, data, warnings } = asObject("the answer", answer);
  if (status !== "success") throw unexpected("`status`", '"success"', status);
  // Cortex and Thanos warn when some of the data could not be had, and a reading with holes would be taken for none.
  if (Array.isArray(warnings) && warnings.length > 0) throw unexpected("`warnings`", "none", warnings);
  const { resultType, result } = asObject("`data`", data);
  if (resultType !== "matrix") throw unexpected("`resultType`", '"matrix"', resultType);
  return asList("`result`", result)
    .map((entry) => readSeries(entry, range))
    .filter(({ timestamps }) => timestamps.length > 0);
}

function readSeries(entry: unknown, { startMs, endMs }: Range): ReadSeries {
  const { metric, values: points } = asObject("a series", entry);
  const timestamps: number[] = [];
  const values: number[] = [];
  for (const point of asList("`values`", points)) {
    const [seconds, value] = asList("a sample", point);
    if (typeof seconds !== "number") throw unexpected("a timestamp", "a number of seconds", seconds);
    // Prometheus writes milliseconds as three decimals; the nearest whole number undoes what binary fractions do to them.
    const timestamp = Math.round(seconds * 1000);
    if (timestamp < startMs || timestamp > endMs) continue;
    if (timestamp < (timestamps.at(-1) ?? startMs)) throw unexpected("timestamps", "increasing", seconds);
    timestamps.push(timestamp);
    values.push(readValue(value));
  }
  return { labels: readLabels(metric), timestamps, values };
}

function readLabels(metric: unknown): Record<string, string> {
  const labels = asObject("`metric`", metric);
  for (const value of Object.values(labels)) {
    if (typeof value !== "string") throw unexpected("a label's value", "text", value);
  }
  return labels as Record<string, string>;
}

const SPECIAL_VALUES: ReadonlyMap<unknown, number> = new Map([
  ["NaN", Number.NaN],
  ["+Inf", Infinity],
  ["-Inf", -Infinity],
]);

/** As Go's strconv writes it. Number alone would read "" as 0. */
const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/;

function readValue(value: unknown): number {
  if (typeof value === "string" && NUMBER.test(value)) return Number(value);
  const special = SPECIAL_VALUES.get(value);
  if (special === undefined) throw unexpected("a value", "a number as text", value);
  return special;
}

function asObject(what: string, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw unexpected(what, "an object", value);
  return value as Record<string, unknown>;
}

function asList(what: string, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw unexpected(what, "a list", value);
  return value;
}

function unexpected(what: string, expected: string, got: unknown): TypeError {
  return new TypeError(`Expected ${what} to be ${expected}, got ${show(got)}`);
}
