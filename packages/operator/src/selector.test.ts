import { formatSelector, type Matcher } from "@penstock/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileMatcher, parseMatchers } from "./selector.ts";

const matcher: fc.Arbitrary<Matcher> = fc.record({
  name: fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/),
  op: fc.constantFrom("=" as const, "!=" as const, "=~" as const, "!~" as const),
  value: fc.string({ maxLength: 12, unit: "grapheme" }).filter((value) => !/[\n\t]/.test(value)),
});

test("what a selector is written as is read back", () => {
  fc.assert(
    fc.property(fc.array(matcher, { maxLength: 4 }), (matchers) => {
      expect(parseMatchers(formatSelector(matchers))).toEqual(matchers);
    }),
  );
});

test("a name, a name with braces, and the inside of the braces alone are selectors; nothing matches everything", () => {
  const up: Matcher = { name: "__name__", op: "=", value: "up" };
  const job: Matcher = { name: "job", op: "=~", value: "a.*" };
  expect(parseMatchers("up")).toEqual([up]);
  expect(parseMatchers(' up { job =~ "a.*" , } ')).toEqual([up, job]);
  expect(parseMatchers('job=~"a.*"')).toEqual([job]);
  expect(parseMatchers("{}")).toEqual([]);
  expect(parseMatchers("  ")).toEqual([]);
});

test("what is no selector is refused with a sentence, whatever it is", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), (text) => {
      try {
        parseMatchers(text);
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError);
        expect((error as Error).message).toMatch(/^Expected /);
      }
    }),
  );
});

test("regular expressions match whole values, and a missing label is an empty one", () => {
  const matches = (op: Matcher["op"], value: string, actual: string | undefined): boolean =>
    compileMatcher({ name: "a", op, value })(actual);
  expect(matches("=~", "b|c", "xb")).toBe(false);
  expect(matches("=~", "b|c", "c")).toBe(true);
  expect(matches("!~", "b|c", "c")).toBe(false);
  expect(matches("=~", ".*", "line\nbreak")).toBe(true);
  expect(matches("=", "", undefined)).toBe(true);
  expect(matches("!=", "x", undefined)).toBe(true);
  expect(() => matches("=~", "(", "x")).toThrow(SyntaxError);
});
