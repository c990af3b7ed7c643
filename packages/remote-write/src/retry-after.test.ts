import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_RETRY_AFTER_MS, retryAfterMs } from "./retry-after.ts";

const NOW = Date.UTC(2026, 10, 23, 12);

test("seconds and dates become milliseconds from now, never negative, never more than the bound", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000 }), (seconds) => {
      const expected = Math.min(seconds * 1000, MAX_RETRY_AFTER_MS);
      expect(retryAfterMs(` ${seconds} `, NOW)).toBe(expected);
      expect(retryAfterMs(new Date(NOW + seconds * 1000).toUTCString(), NOW)).toBe(expected);
      expect(retryAfterMs(new Date(NOW - seconds * 1000).toUTCString(), NOW)).toBe(0);
    }),
  );
});

test.each([null, "", "-5", "1.5", "1e3", "0x10", "soon", "2026-11-23", "Mon, 99 Foo 2026 12:00:00 GMT"])(
  "%s is no Retry-After",
  (header) => {
    expect(retryAfterMs(header, NOW)).toBeUndefined();
  },
);

test("no header makes it throw or leave its range", () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      const wait = retryAfterMs(header, NOW);
      expect(wait === undefined || (wait >= 0 && wait <= MAX_RETRY_AFTER_MS)).toBe(true);
    }),
  );
});
