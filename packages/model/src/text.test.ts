import fc from "fast-check";
import { expect, test } from "vitest";
import { show, utf8Length } from "./text.ts";

test("the UTF-8 length is what an encoder writes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(utf8Length(text)).toBe(Buffer.byteLength(text));
    }),
  );
});

test("whatever a value is, an error can show it, and short", () => {
  const circle: { self?: object } = {};
  circle.self = circle;
  const trap = {
    get user(): string {
      throw new Error("no user");
    },
  };
  const anything = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withSparseArray: true });
  fc.assert(
    fc.property(fc.oneof(anything, fc.constantFrom(circle, trap, Symbol("s"), Object.create(null))), (value) => {
      expect(show(value).length).toBeLessThanOrEqual(80);
    }),
  );
  expect([Number.NaN, 5n, "5", null, undefined].map(show)).toEqual(["NaN", "5", '"5"', "null", "undefined"]);
});
