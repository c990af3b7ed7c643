import fc from "fast-check";
import { compressSync, uncompressSync } from "snappy";
import { expect, test } from "vitest";
import { isSnappy, snappyClaim } from "./snappy.ts";

const bytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 }),
  // What repeats itself is where copies come from.
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 5_000 }))
    .map(([part, times]) => Uint8Array.from({ length: part.length * times }, (_, i) => part[i % part.length]!)),
);

test("what Google's library packs is snappy and claims what it holds; cut anywhere it is none", () => {
  fc.assert(
    fc.property(bytes, fc.nat(), (original, cut) => {
      const block = compressSync(original);
      expect(snappyClaim(block)).toBe(original.length);
      expect(isSnappy(block)).toBe(true);
      expect(isSnappy(block.subarray(0, cut % block.length))).toBe(false);
    }),
  );
});

test("a changed block is none, or unpacks to what it claims, or has a copy of what is not there", () => {
  fc.assert(
    fc.property(bytes, fc.nat(), fc.nat(255), (original, at, byte) => {
      const block = compressSync(original);
      block[at % block.length] = byte;
      if (!isSnappy(block)) return;
      try {
        expect(uncompressSync(block)).toHaveLength(snappyClaim(block)!);
      } catch (error) {
        expect(String(error)).toMatch(/snappy/i);
      }
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ["claims a byte more than it holds", "020061", 2],
  ["claims a byte less", "00040061", 0],
  ["claims 4 GiB", "ffffffff0f0061", 0xffffffff],
  ["claims more than 32 bits say", "ffffffff1f0061", undefined],
  ["claims without an end", "ffffffffff", undefined],
  ["has a literal of 2 GiB", "05fc00000080", 5],
  ["claims the literal that it lacks", "8080808008fcffffff7f", 2 ** 31],
  ["is empty", "", undefined],
])("a block that %s is none", (_, hex, claim) => {
  expect(isSnappy(Buffer.from(hex, "hex"))).toBe(false);
  expect(snappyClaim(Buffer.from(hex, "hex"))).toBe(claim);
});
