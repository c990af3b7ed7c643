import fc from "fast-check";
import { expect, test } from "vitest";
import { LineSplitter } from "./lines.ts";

test("lines are the same wherever the text was cut into pieces", () => {
  const text = fc.array(fc.constantFrom("é", "😀", "a", "\t", "\n", "\r\n")).map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, fc.array(fc.nat(40)), (text, cuts) => {
      const bytes = Buffer.from(text);
      const ends = [...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const splitter = new LineSplitter();
      const lines = ends.flatMap((end, i) => [...splitter.push(bytes.subarray(ends[i - 1] ?? 0, end))]);
      lines.push(...splitter.end());
      const expected = text.split(/\r?\n/);
      if (expected.at(-1) === "") expected.pop();
      expect(lines).toEqual(expected);
    }),
  );
});
