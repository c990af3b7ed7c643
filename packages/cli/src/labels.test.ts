import { escapeValue } from "@penstock/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anyText, matcher, metricName } from "../test/texts.ts";
import { parseBraced } from "./labels.ts";

const space = fc.constantFrom("", " ", "\t");

test("what is written is what is read, whatever the values hold and wherever there is space", () => {
  const written = fc.record({
    name: fc.oneof(fc.constant(""), metricName),
    matchers: fc.array(matcher, { maxLength: 4 }),
    comma: fc.constantFrom("", ","),
    rest: fc.string(),
  });
  fc.assert(
    fc.property(written, space, ({ name, matchers, comma, rest }, gap) => {
      const pairs = matchers.map((one) => [one.name, one.op, `"${escapeValue(one.value)}"`].join(gap));
      const inside = pairs.join(`${gap},${gap}`) + (matchers.length > 0 ? comma : "");
      expect(parseBraced(`${gap}${name}${gap}{${gap}${inside}${gap}}${rest}`)).toEqual({ name, matchers, rest });
    }),
    { numRuns: 500 },
  );
});

test("what is no label list is a syntax error, and nothing else is thrown", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      try {
        const { name, rest } = parseBraced(text);
        expect(text.trimStart().startsWith(name)).toBe(true);
        expect(text.endsWith(rest)).toBe(true);
      } catch (error) {
        expect(error).toMatchObject({
          name: "SyntaxError",
          message: expect.stringMatching(/^Expected a label such as/),
        });
      }
    }),
    { numRuns: 2_000 },
  );
});
