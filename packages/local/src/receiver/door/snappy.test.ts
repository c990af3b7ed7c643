import fc from "fast-check";
import { expect, test } from "vitest";
import { compress } from "../../../../../test/contract/write-body.ts";
import { claimedLength, unpackSnappy } from "./snappy.ts";

const MAX_BYTES = 1 << 20;

const bytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  // What repeats itself is where copies come from.
  fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 5000 })).map(([part, times]) => {
    return Uint8Array.from({ length: part.length * times }, (_, i) => part[i % part.length]!);
  }),
);

test("gives back what was packed", () => {
  fc.assert(
    fc.property(bytes, (original) => {
      const block = Buffer.from(compress(original));
      expect(claimedLength(block)).toBe(original.length);
      expect(unpackSnappy(block, MAX_BYTES)).toEqual(Buffer.from(original));
    }),
  );
});

test("a block that claims gigabytes is refused before anything is made room for", () => {
  const bomb = Buffer.from("ffffffff0f0061", "hex");
  expect(claimedLength(bomb)).toBe(0xffffffff);
  expect(() => unpackSnappy(bomb, 2 ** 33)).toThrow("snappy: corrupt input");
  const large = Buffer.from(compress(new Uint8Array(MAX_BYTES + 1)));
  expect(() => unpackSnappy(large, MAX_BYTES)).toThrow("snappy: decoded block is too large");
});
