import fc from "fast-check";
import { exponentialBuckets, linearBuckets } from "prom-client";
import { expect, test } from "vitest";
import { buckets } from "./buckets.ts";

test("a ladder of steps has each bound once and ends where it says", () => {
  const { bounds } = buckets.steps(1, 20, 1).steps(20, 100, 5).steps(100, 1000, 20).steps(1000, 30_000, 1000);
  expect(bounds.slice(0, 3)).toEqual([1, 2, 3]);
  expect(bounds.slice(18, 23)).toEqual([19, 20, 25, 30, 35]);
  expect(bounds.slice(34, 38)).toEqual([95, 100, 120, 140]);
  expect(bounds.slice(-2)).toEqual([29_000, 30_000]);
  expect(bounds).toHaveLength(20 + 16 + 45 + 29);
});

test("decimal steps read as decimals", () => {
  expect(buckets.steps(0.1, 0.5, 0.1).bounds).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
  expect(buckets.linear(0.1, 0.1, 3).of(0.5, 1).bounds).toEqual([0.1, 0.2, 0.3, 0.5, 1]);
  expect(buckets.exponential(0.001, 10, 4).bounds).toEqual([0.001, 0.01, 0.1, 1]);
});

test("linear and exponential are those of Prometheus's client libraries, to the twelfth digit", () => {
  const positive = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
  const count = fc.integer({ min: 1, max: 50 });
  fc.assert(
    fc.property(positive, positive, count, (start, by, count) => {
      const close = (ours: readonly number[], theirs: readonly number[]) => {
        expect(ours).toHaveLength(theirs.length);
        for (const [i, bound] of ours.entries()) expect(Math.abs(bound / theirs[i]! - 1)).toBeLessThan(1e-9);
      };
      close(buckets.linear(start, by, count).bounds, linearBuckets(start, by, count));
      close(buckets.exponential(start, 1 + by, count).bounds, exponentialBuckets(start, 1 + by, count));
    }),
  );
});

test.each([
  [() => buckets.steps(1, 20, 0), "Expected steps that go up to their end by a step above 0, got `steps(1, 20, 0)`"],
  [() => buckets.steps(20, 1, 1), "Expected steps that go up to their end by a step above 0, got `steps(20, 1, 1)`"],
  [() => buckets.steps(1, 20, 3), "Expected a whole number of steps to the end, got `steps(1, 20, 3)`"],
  [() => buckets.steps(0, 1e9, 1), "Expected at most 500 bounds, got 1000000001 with `steps(0, 1000000000, 1)`"],
  [() => buckets.steps(1, 9, 1).steps(8, 10, 1), "Expected bounds that rise, got 8 after 9 in `steps(8, 10, 1)`"],
  [() => buckets.linear(1, 1, 2.5), "Expected a count of 1 or more, got `linear(1, 1, 2.5)`"],
  [() => buckets.linear(1, 0, 2), "Expected bounds that rise, got 1 after 1 in `linear(1, 0, 2)`"],
  [() => buckets.exponential(0, 2, 3), "Expected bounds that rise, got 0 after 0 in `exponential(0, 2, 3)`"],
  [() => buckets.exponential(1, 1e9, 99), "Expected bounds that are finite numbers, as +Inf comes by itself"],
  [() => buckets.of(1, Number.POSITIVE_INFINITY), "Expected bounds that are finite numbers, as +Inf comes by itself"],
  [() => buckets.of("5" as never), 'Expected bounds that are finite numbers, as +Inf comes by itself, got `of("5")`'],
])("a ladder that is none is refused in a sentence: %s", (make, sentence) => {
  expect(make).toThrow(sentence);
});
