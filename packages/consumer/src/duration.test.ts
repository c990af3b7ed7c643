import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDurationMs } from "./duration.ts";

test("reads what Prometheus writes", () => {
  expect(parseDurationMs("90s")).toBe(90_000);
  expect(parseDurationMs("1h30m")).toBe(5_400_000);
  expect(parseDurationMs("500ms")).toBe(500);
  expect(parseDurationMs("1d2h3m4s5ms")).toBe(93_784_005);
  expect(parseDurationMs("0s")).toBe(0);
});

test("takes nothing else for a duration", () => {
  for (const text of ["", "5", "s", "1.5h", "-1s", "1s1h", "1h 1m", "1 h", "1H", "1w", "5m5m"]) {
    expect(parseDurationMs(text), text).toBeNaN();
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      const ms = parseDurationMs(text);
      expect(Number.isNaN(ms) || /^(\d+(d|h|ms?|s))+$/.test(text)).toBe(true);
    }),
  );
});
