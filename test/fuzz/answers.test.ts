import { RECEIVER_REASONS } from "@penstock/model";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readRefusal } from "../../packages/flusher/src/refusal.ts";
import { parseMatrix } from "../../packages/remote-write/src/matrix.ts";
import { MAX_RETRY_AFTER_MS, retryAfterMs } from "../../packages/remote-write/src/retry-after.ts";
import { mutatedText, nastyJson, nastyText, nested } from "./arbitraries.ts";
import { expectProportional } from "./growth.ts";

const NOW_MS = 1_795_475_070_000;
/** As long as what is kept of a receiver's words, and longer. */
const MAX_TEXT = 3_000;

const WORDS = [
  'user=fake: err: out of order sample. timestamp=2026-11-23T22:51:07Z, series={__name__="mb", a="b"}',
  "err: duplicate sample for timestamp 1795474297000; overrides not allowed: existing 1, new value 2. series={}",
  'timestamp too new: 1795475018000 metric: "m"',
  'sample invalid label: "bad-label" metric "mb{bad-label=\\"v\\"}"',
  "per-user series limit of 3 exceeded, please contact administrator to raise it",
];

describe("a receiver's words", () => {
  const words = fc.oneof(
    nastyText,
    mutatedText(fc.constantFrom(...WORDS)),
    fc
      .array(fc.constantFrom(...WORDS, "timestamp=", "timestamp ", "1", "{", '"'), { maxLength: 20 })
      .map((some) => some.join("")),
    fc.string({ unit: "binary", maxLength: MAX_TEXT }),
  );
  const labels = fc.array(fc.tuple(nastyText, nastyText), { maxLength: 4 });

  test("are read as a reason that we know, or as none, whatever they are", () => {
    fc.assert(
      fc.property(words, labels, (text, pairs) => {
        const { reason, scope, timestampMs, names, aboutReceipt } = readRefusal(text);
        expect([undefined, ...RECEIVER_REASONS]).toContain(reason);
        expect(["floor", "limit", "sample"]).toContain(scope);
        if (timestampMs !== undefined) expect(Number.isSafeInteger(timestampMs)).toBe(true);
        expect([names(pairs), aboutReceipt].every((answer) => typeof answer === "boolean")).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test("that stand in a label's value are not the receiver's own", () => {
    fc.assert(
      fc.property(fc.constantFrom(...WORDS), (quoted) => {
        const text = `out of bounds. timestamp=2026-11-23T22:51:07Z, series={a=${JSON.stringify(quoted)}}`;
        expect(readRefusal(text).reason).toBe("sample-out-of-bounds");
      }),
    );
  });

  test.each([
    ["digits", (size: number) => `timestamp ${"1".repeat(size)}`],
    ["times", (size: number) => `timestamp=${"1:".repeat(size)}`],
    ["times begun", (size: number) => "timestamp=".repeat(size)],
    ["timestamps begun", (size: number) => "timestamp too old: 1".repeat(size)],
    ["spaces", (size: number) => " ".repeat(size)],
    ["quotes", (size: number) => '"'.repeat(size)],
  ])("take work in proportion: %s", (_what, make) => {
    const pairs = [["__name__", "m"]] as const;
    return expectProportional(make, (text) => readRefusal(text).names(pairs), 20_000);
  });
});

describe("Retry-After", () => {
  const header = fc.oneof(
    nastyText,
    fc.nat().map(String),
    fc.bigInt().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    mutatedText(fc.constantFrom("Mon, 23 Nov 2026 22:51:07 GMT", "120", "Sun, 06 Nov 1994 08:49:37 GMT")),
  );

  test("is a wait of at most the longest, or none", () => {
    fc.assert(
      fc.property(fc.option(header), fc.integer({ min: 0, max: 4e12 }), (text, nowMs) => {
        const waitMs = retryAfterMs(text, nowMs);
        if (waitMs === undefined) return;
        expect(waitMs).toBeGreaterThanOrEqual(0);
        expect(waitMs).toBeLessThanOrEqual(MAX_RETRY_AFTER_MS);
        expect(Number.isInteger(waitMs)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ["spaces", (size: number) => `${" ".repeat(size)}x${" ".repeat(size)}`],
    ["digits", (size: number) => "9".repeat(size)],
    ["a date that does not end", (size: number) => `Mon, 23 Nov 2026 22:51:07 ${"G".repeat(size)}`],
  ])("takes work in proportion: %s", (_what, make) =>
    expectProportional(make, (text) => retryAfterMs(text, NOW_MS), 20_000),
  );
});

describe("an answer to a query", () => {
  const point = fc.tuple(
    fc.oneof(fc.integer({ min: 0, max: 2e9 }), nastyJson),
    fc.oneof(nastyText, fc.float().map(String), nastyJson),
  );
  const answer = fc.record(
    {
      status: fc.oneof(fc.constant("success"), nastyJson),
      data: fc.record({
        resultType: fc.constantFrom("matrix", "matrix", "matrix", "vector"),
        result: fc.array(
          fc.record({
            metric: fc.oneof(fc.dictionary(nastyText, nastyText), nastyJson),
            values: fc.array(point, { maxLength: 4 }),
          }),
          { maxLength: 3 },
        ),
      }),
      warnings: nastyJson,
    },
    { requiredKeys: ["status", "data"] },
  );
  const good = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 2e9 }), fc.integer().map(String)), { maxLength: 4 })
    .map((values) => ({
      status: "success",
      data: { resultType: "matrix", result: [{ metric: { __name__: "m", __proto__: "x" }, values }] },
    }));
  const text = fc.oneof(
    nastyText,
    nastyJson.map((value) => JSON.stringify(value)),
    answer.map((value) => JSON.stringify(value)),
    good.map((value) => JSON.stringify(value)),
    mutatedText(good.map((value) => JSON.stringify(value))),
  );

  test("is a reading in the range that was asked for, or no reading and a sentence", () => {
    fc.assert(
      fc.property(text, fc.nat({ max: 2e9 }), fc.nat({ max: 2e9 }), (body, a, b) => {
        const range = { startMs: Math.min(a, b) * 1_000, endMs: Math.max(a, b) * 1_000 };
        const matrix = parseMatrix(body, range);
        if (!matrix.ok) {
          expect(matrix.detail.length).toBeLessThan(400);
          return;
        }
        for (const { labels, timestamps, values } of matrix.series) {
          expect(Object.values(labels).every((value) => typeof value === "string")).toBe(true);
          expect(timestamps.length).toBe(values.length);
          expect(timestamps.length).toBeGreaterThan(0);
          expect(timestamps).toEqual(timestamps.toSorted((one, other) => one - other));
          expect(timestamps[0]).toBeGreaterThanOrEqual(range.startMs);
          expect(timestamps.at(-1)).toBeLessThanOrEqual(range.endMs);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ["all of it", nested(200_000)],
    ["its status", `{"status":${nested(200_000)}}`],
    [
      "a label",
      `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":${nested(200_000)}},"values":[[1,"1"]]}]}}`,
    ],
    [
      "a value",
      `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,${nested(200_000)}]]}]}}`,
    ],
  ])("nested deeply in %s is no reading", (_where, body) => {
    const matrix = parseMatrix(body, { startMs: 0, endMs: NOW_MS });
    expect(matrix).toEqual({ ok: false, detail: expect.stringMatching(/^Expected /) });
  });

  const reading = (values: string): string =>
    `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[${values}]}]}}`;
  test.each([
    ["samples", (size: number) => reading(new Array(size).fill('[1,"1"]').join(","))],
    ["digits", (size: number) => reading(`[1,"${"1".repeat(20 * size)}x"]`)],
    ["decimals", (size: number) => reading(`[1,"1.${"1".repeat(20 * size)}e"]`)],
  ])("takes work in proportion: %s", (_what, make) =>
    expectProportional(make, (body) => parseMatrix(body, { startMs: 0, endMs: NOW_MS }), 2_000),
  );
});
