import fc from "fast-check";
import { Histogram, Registry } from "prom-client";
import { expect, test } from "vitest";
import { formatFloat } from "./float.ts";

test.each([
  [0.005, "0.005"],
  [1, "1"],
  [1e6, "1e+06"],
  [1_234_567, "1.234567e+06"],
  [999_999, "999999"],
  [0.0001, "0.0001"],
  [0.000_012_3, "1.23e-05"],
  [-2.5, "-2.5"],
  [1e100, "1e+100"],
  [5e-324, "5e-324"],
  [-0, "-0"],
  [Number.POSITIVE_INFINITY, "+Inf"],
  [Number.NEGATIVE_INFINITY, "-Inf"],
  [Number.NaN, "NaN"],
])("%d is written as Go writes it: %s", (value, text) => {
  expect(formatFloat(value)).toBe(text);
});

test("no two numbers have one text, and each is read back as itself", () => {
  fc.assert(
    fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (value) => {
      expect(Number(formatFloat(value))).toBe(value);
    }),
  );
});

test("from a ten-thousandth to a million `le` is what prom-client prints", async () => {
  const bound = fc.double({ min: 1e-4, max: 999_999, noNaN: true });
  await fc.assert(
    fc.asyncProperty(bound, async (value) => {
      const registry = new Registry();
      new Histogram({ name: "h", help: "-", buckets: [value], registers: [registry] }).observe(value);
      expect(await registry.metrics()).toContain(`h_bucket{le="${formatFloat(value)}"} 1`);
    }),
  );
});
