import { sortLabels, type WriteSeries } from "@penstock/model";
import fc from "fast-check";

/** Legal label names, those that JavaScript objects trip over among them. */
const labelName = fc.oneof(
  fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/),
  fc.constantFrom("__proto__", "constructor", "hasOwnProperty", "_unique_id", "_group", "A", "le"),
);

const labelValue = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });

/** Every double but −0, which Cortex stores as 0 and Penstock never sends, and all NaNs as one. */
export const sampleValue: fc.Arbitrary<number> = fc.double().map((value) => (value === 0 ? 0 : value));

export function timestampsFrom(minMs: number, maxMs: number): fc.Arbitrary<number[]> {
  return fc
    .uniqueArray(fc.integer({ min: minMs, max: maxMs }), { minLength: 1, maxLength: 8 })
    .map((timestamps) => timestamps.sort((a, b) => a - b));
}

/** A series as the flusher hands it over. `metric` is its `__name__`. */
export function writeSeries(metric: string, timestamps: fc.Arbitrary<number[]>): fc.Arbitrary<WriteSeries> {
  const labels = fc.array(fc.tuple(labelName, labelValue), { maxLength: 6 });
  return fc.tuple(labels, timestamps).chain(([pairs, times]) =>
    fc.array(sampleValue, { minLength: times.length, maxLength: times.length }).map((values) => ({
      labels: sortLabels(Object.fromEntries([...pairs, ["__name__", metric]])),
      timestamps: times,
      values,
    })),
  );
}
