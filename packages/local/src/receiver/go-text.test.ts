import fc from "fast-check";
import { expect, test } from "vitest";
import { goFloat, goInteger, goJsonFloat, goQuote, goQuoteShort, goTime } from "./go-text.ts";

test("times are as JavaScript has them, without trailing zeros", () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("9999-12-31") }), (date) => {
      expect(goTime(date.getTime())).toBe(date.toISOString().replace(/\.?0+Z$/, "Z"));
    }),
  );
});

test.each([
  [1795475070000, "2026-11-23T23:04:30Z"],
  [1795475070120, "2026-11-23T23:04:30.12Z"],
  [-1, "1969-12-31T23:59:59.999Z"],
  [-(2 ** 63), "-292275055-05-16T16:47:04.192Z"],
  [951782400000, "2000-02-29T00:00:00Z"],
])("%d is %s", (timestamp, text) => {
  expect(goTime(timestamp)).toBe(text);
});

test.each([
  [2 ** 63, "9223372036854775807"],
  [-(2 ** 63), "-9223372036854775808"],
  [-1, "-1"],
])("the integer %d is %s", (value, text) => {
  expect(goInteger(value)).toBe(text);
});

test.each([
  [0, "0", "0"],
  [-0, "-0", "-0"],
  [123456, "123456", "123456"],
  [1234567, "1.234567e+06", "1234567"],
  [1e21, "1e+21", "1e+21"],
  [1e100, "1e+100", "1e+100"],
  [0.0001, "0.0001", "0.0001"],
  [0.00001, "1e-05", "0.00001"],
  [1.5e-7, "1.5e-07", "1.5e-07"],
  [Number.NaN, "NaN", "NaN"],
  [Infinity, "+Inf", "+Inf"],
  [-Infinity, "-Inf", "-Inf"],
])("the float %d is %s in words and %s in JSON", (value, words, json) => {
  expect([goFloat(value), goJsonFloat(value)]).toEqual([words, json]);
});

test.each([
  ['a"b\\c\n', '"a\\"b\\\\c\\n"'],
  ["\x00\x7f\x85\u200b", '"\\x00\\x7f\\u0085\\u200b"'],
  ["café ☕ 😀", '"café ☕ 😀"'],
  ["\u00a0", '"\\u00a0"'],
])("%j is quoted as %s", (text, quoted) => {
  expect(goQuote(text)).toBe(quoted);
});

test("a long text is cut between characters", () => {
  expect(goQuoteShort("😀".repeat(300))).toBe(`"${"😀".repeat(200)}"`);
});
