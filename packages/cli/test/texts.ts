import type { Matcher } from "@penstock/model";
import fc from "fast-check";

export const labelName: fc.Arbitrary<string> = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,9}$/);
export const metricName: fc.Arbitrary<string> = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,9}$/);
/** Quotes, backslashes and line ends more often than chance has them. */
export const labelValue: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom('"', "\\", "\n", "n", "}", ",", "#", " "), fc.string({ unit: "binary" })), {
    maxLength: 6,
  })
  .map((pieces) => pieces.join(""));
export const matcher: fc.Arbitrary<Matcher> = fc.record({
  name: labelName,
  op: fc.constantFrom("=" as const, "!=" as const, "=~" as const, "!~" as const),
  value: labelValue,
});

const PIECES = ["{", "}", "a", "=", "=~", '"', "\\", ",", " ", "\t", "1", "-", "e5", "NaN", "inf", "up", "#", "\u2028"];
/** Names that every object has: a look-up in a plain object finds them. */
const INHERITED = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"];
/** Text that no one meant, and text that is nearly right. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(fc.constantFrom(...PIECES, ...INHERITED), { maxLength: 12 }).map((pieces) => pieces.join("")),
  fc.constantFrom(...INHERITED).map((word) => `up ${word}`),
  fc.json(),
);
