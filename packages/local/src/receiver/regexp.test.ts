import { anyOf } from "@penstock/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileMatchers } from "./matching.ts";
import { compileAnchored, RegExpError } from "./regexp.ts";

test("a choice of texts takes those texts and no others", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 6 });
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), text, (values, other) => {
      const matches = compileMatchers([anyOf("a", values)]);
      for (const value of values) expect(matches([["a", value]])).toBe(true);
      expect(matches([["a", other]])).toBe(values.includes(other));
    }),
  );
});

test("a label that a series has not is an empty one", () => {
  const has = (op: "=" | "!=" | "=~" | "!~", value: string) => compileMatchers([{ name: "a", op, value }])([]);
  expect([has("=", ""), has("!=", ""), has("=~", "b|"), has("!~", "b")]).toEqual([true, false, true, true]);
});

test.each([
  ["a", "a", true],
  ["a", "ab", false],
  ["a|b", "b", true],
  ["a|b", "ab", false],
  ["a.b", "a\rb", true],
  ["a.b", "a\nb", false],
  ["a.b", "a☕b", true],
  ["[^a]", "\n", true],
  ["[[]", "[", true],
  ["[a\\-]+", "a-a", true],
  ["a\\-b\\_c\\/", "a-b_c/", true],
  ["(?:a|(b))+?", "abab", true],
  ["\\d{2,3}", "123", true],
  ["\\w\\W", "a-", true],
  ["", "", true],
] as const)("%j of %j: %s", (pattern, text, expected) => {
  expect(compileAnchored(pattern).test(text)).toBe(expected);
});

test.each([
  "(?i)a",
  "(?=a)",
  "(?<n>a)",
  "\\1",
  "\\bа",
  "\\s",
  "\\pL",
  "\\Qa\\E",
  "[[:alpha:]]",
  "[]a]",
  "a**",
  "(",
  "a\\",
])("%j is refused: RE2 reads it otherwise, or not at all", (pattern) => {
  expect(() => compileAnchored(pattern)).toThrow(RegExpError);
});
