import { createRequire } from "node:module";
import fc from "fast-check";
import { compressSync } from "snappy";
import { expect, test } from "vitest";
import { Problem } from "./problem.ts";
import { unpackSnappy } from "./snappy.ts";

const { compress } = createRequire(import.meta.url)("snappyjs") as { compress(bytes: Buffer): Buffer };
const MAX_BYTES = 1 << 20;

const bytes: fc.Arbitrary<Buffer> = fc
  .oneof(
    fc.uint8Array({ maxLength: 300 }),
    // What repeats itself is where copies come from.
    fc
      .tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 5000 }))
      .map(([part, times]) => Uint8Array.from({ length: part.length * times }, (_, i) => part[i % part.length]!)),
  )
  .map((array) => Buffer.from(array));

test("gives back what was packed, by this library and by Google's", () => {
  fc.assert(
    fc.property(bytes, (original) => {
      expect(unpackSnappy(compress(original), MAX_BYTES)).toEqual(original);
      expect(unpackSnappy(compressSync(original) as Buffer, MAX_BYTES)).toEqual(original);
    }),
  );
});

test("a broken block is refused or unpacks to what it claims, at once", () => {
  fc.assert(
    fc.property(
      bytes,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      fc.nat(),
      (original, edits, cut) => {
        const block = compress(original);
        for (const [at, byte] of edits) block[at % block.length] = byte;
        const broken = block.subarray(0, cut % 2 === 0 ? block.length : cut % block.length);
        try {
          expect(unpackSnappy(broken, MAX_BYTES).length).toBeLessThanOrEqual(MAX_BYTES);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
        }
      },
    ),
    { numRuns: 3000 },
  );
});

test.each([
  ["claims 4 GiB", "ffffffff0f0061", 413],
  ["claims more than it holds", "050061", 400],
  ["has a literal of 2 GiB, on which the library would never end", "05fc00000080", 400],
  ["is empty", "", 400],
])("a block that %s is refused", (_, hex, status) => {
  expect(() => unpackSnappy(Buffer.from(hex, "hex"), MAX_BYTES)).toThrow(expect.objectContaining({ status }));
});
