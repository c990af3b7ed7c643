import fc from "fast-check";
import { expect, test } from "vitest";
import { checkEntry, type SendEntry } from "./entry.ts";
import { QueueError } from "./errors.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";

const GOOD: SendEntry = { body: "b", group: "g", deduplicationId: "d" };

function isTaken(entry: Partial<SendEntry>): boolean {
  try {
    checkEntry({ ...GOOD, ...entry }, DEFAULT_SETTINGS);
    return true;
  } catch (error) {
    if (error instanceof QueueError) return false;
    throw error;
  }
}

/** The characters of SendMessage's documentation, one by one. */
function isAllowed(code: number): boolean {
  if (code === 0x9 || code === 0xa || code === 0xd) return true;
  return (code >= 0x20 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd) || code >= 0x10000;
}

test("a body is taken when each of its characters is allowed", () => {
  const edges = [0, 8, 9, 0xa, 0xb, 0xc, 0xd, 0xe, 0x1f, 0x20, 0x7f, 0xd7ff, 0xe000, 0xfffd, 0xfffe, 0xffff, 0x10000];
  const code = fc.oneof(fc.constantFrom(...edges), fc.integer({ min: 0, max: 0x10ffff }));
  fc.assert(
    fc.property(fc.array(code, { minLength: 1, maxLength: 8 }), (codes) => {
      const body = codes.map((one) => String.fromCodePoint(one)).join("");
      // Two surrogates side by side are one character.
      const characters = Array.from(body, (character) => character.codePointAt(0)!);
      expect(isTaken({ body })).toBe(characters.every(isAllowed));
    }),
    { numRuns: 1000 },
  );
});

test("an id is taken when it has 1 to 128 letters, digits and ASCII punctuation marks", () => {
  const character = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0x21, max: 0x7e }) }, fc.nat({ max: 0x100 }));
  fc.assert(
    fc.property(fc.array(character, { minLength: 1, maxLength: 140, size: "max" }), (codes) => {
      const id = String.fromCharCode(...codes);
      const good = codes.length <= 128 && codes.every((code) => code > 0x20 && code < 0x7f);
      expect(isTaken({ group: id })).toBe(good);
      expect(isTaken({ deduplicationId: id })).toBe(good);
    }),
  );
});

test("a body and its attributes have a size in bytes of UTF-8", () => {
  const settings = { ...DEFAULT_SETTINGS, maxMessageBytes: 1024 };
  const attributes = { é: { DataType: "String", StringValue: "ü" } };
  checkEntry({ ...GOOD, body: "é".repeat(512) }, settings);
  expect(() => checkEntry({ ...GOOD, body: `${"é".repeat(512)}a` }, settings)).toThrow("shorter than 1024 bytes");
  expect(() => checkEntry({ ...GOOD, body: "é".repeat(512), attributes }, settings)).toThrow(QueueError);
});
