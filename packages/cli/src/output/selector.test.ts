import { formatSelector } from "@penstock/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anyText, matcher, metricName } from "../../test/texts.ts";
import { parseSelector } from "./selector.ts";

test("a selector is read as it was meant, with its name before the braces or without one", () => {
  fc.assert(
    fc.property(fc.option(metricName), fc.array(matcher, { maxLength: 4 }), (name, matchers) => {
      fc.pre(name !== null || matchers.length > 0);
      const named = name === null ? [] : [{ name: "__name__", op: "=", value: name }];
      expect(parseSelector(`${name ?? ""}${formatSelector(matchers)}`)).toEqual([...named, ...matchers]);
    }),
    { numRuns: 500 },
  );
  expect(parseSelector("up")).toEqual([{ name: "__name__", op: "=", value: "up" }]);
});

test("an expression of PromQL is refused with the place to put it to, and a parenthesis in a value is no expression", () => {
  expect(() => parseSelector("sum without (_group) (sum_over_time(orders_total[5m]))")).toThrow("/api/v1/query");
  expect(() => parseSelector('sum(up{job="api"})')).toThrow("/api/v1/query");
  expect(parseSelector('up{job=~"(a|b)"}')).toHaveLength(2);
  expect(parseSelector('job=~"(a|b)"')).toHaveLength(1);
});

test("any other text is a syntax error, and no selector takes everything", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      try {
        expect(parseSelector(text).length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toMatchObject({ name: "SyntaxError", message: expect.stringMatching(/^Expected /) });
      }
    }),
    { numRuns: 2_000 },
  );
});
