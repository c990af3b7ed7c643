import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatTable, printable } from "./table.ts";
import { ageWords } from "./words.ts";

test("text from strangers is shown, not obeyed: one line, no escapes, no change of direction", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const shown = printable(text);
      expect(shown).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
      expect(stripVTControlCharacters(shown)).toBe(shown);
    }),
  );
  expect(printable("a\u001b[31mb\nc\u202ed")).toBe("a\\u001b[31mb\\nc\\u202ed");
});

test("a table fits its terminal by its last column, and is whole in a pipe", () => {
  const rows = [
    ["3f2a", "x".repeat(100)],
    ["3f2b1111", "y"],
  ];
  const lines = stripVTControlCharacters(formatTable(["ID", "SERIES"], rows, 40))
    .trimEnd()
    .split("\n");
  expect(lines.map(({ length }) => length)).toEqual([16, 40, 11]);
  expect(stripVTControlCharacters(formatTable(["ID", "SERIES"], rows, undefined))).toContain("x".repeat(100));
});

test("ages are told in their two largest units", () => {
  expect([0, 999, 61_000, 3_600_000, 90_000_000, -5].map(ageWords)).toEqual(["0s", "0s", "1m1s", "1h", "1d1h", "0s"]);
});
