import fc from "fast-check";
import { expect, test } from "vitest";
import { retrySeconds } from "./retry.ts";

test("a retry comes after seconds at first, and never later than the visibility timeout", () => {
  expect(retrySeconds(1, 30_000, 0.999)).toBe(5);
  expect(retrySeconds(2, 30_000, 0.999)).toBe(10);
  expect(retrySeconds(9, 30_000, 0.999)).toBe(30);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer({ min: 1, max: 43_200 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (receiveCount, visibilitySeconds, random) => {
        const seconds = retrySeconds(receiveCount, visibilitySeconds * 1000, random);
        expect(Number.isInteger(seconds)).toBe(true);
        expect(seconds).toBeGreaterThanOrEqual(1);
        expect(seconds).toBeLessThanOrEqual(visibilitySeconds);
        expect(retrySeconds(receiveCount + 1, visibilitySeconds * 1000, random)).toBeGreaterThanOrEqual(seconds);
      },
    ),
  );
});
