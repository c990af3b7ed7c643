import { InvalidArgumentError } from "commander";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anyText } from "../test/texts.ts";
import { durationMs, httpUrl, port } from "./arguments.ts";

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

test("a duration is the sum of its units", () => {
  const unit = fc.option(fc.nat(999), { nil: undefined });
  fc.assert(
    fc.property(fc.tuple(unit, unit, unit, unit, unit), (counts) => {
      const parts = Object.entries(UNITS).map(([name, ms], i) => ({ name, ms, count: counts[i] }));
      const said = parts.filter(({ count }) => count !== undefined);
      fc.pre(said.length > 0);
      const text = said.map(({ name, count }) => `${count}${name}`).join("");
      expect(durationMs(text)).toBe(said.reduce((sum, { count, ms }) => sum + count! * ms, 0));
    }),
  );
});

test("a port is a number from 0 to 65535", () => {
  fc.assert(
    fc.property(fc.nat(65_535), (number) => port(String(number)) === number),
    {
      examples: [[65_535]],
    },
  );
  for (const text of ["65536", "-1", "1.5", "0x10", "", " 1"]) expect(() => port(text)).toThrow(InvalidArgumentError);
});

test("a URL is http or https, and stays as it was written", () => {
  for (const text of ["http://127.0.0.1:9090", "https://a.example/b?c=d"]) expect(httpUrl(text)).toBe(text);
  for (const text of ["ftp://a", "127.0.0.1:9090", ""]) expect(() => httpUrl(text)).toThrow(InvalidArgumentError);
});

test("what is none of these is a wrong call, and says what was expected", () => {
  fc.assert(
    fc.property(anyText, fc.constantFrom(durationMs, port, httpUrl), (text, read) => {
      try {
        read(text);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidArgumentError);
        expect((error as Error).message).toMatch(/^Expected .*\.$/);
      }
    }),
    { numRuns: 1_000 },
  );
});
