import fc from "fast-check";
import { expect, it } from "vitest";
import { PartCutter, SAMPLE_BYTES } from "./parts.ts";

const PART_SAMPLES = 1_000;
const position = fc.record(
  { series: fc.nat(5), labelBytes: fc.integer({ min: 8, max: 8_000 }), count: fc.integer({ min: 1, max: 700 }) },
  { noNullPrototype: true },
);
const message = fc.array(position, { minLength: 1, maxLength: 40 });

it("cuts a message into the same parts at every delivery, each within its bounds and in the message's order", () => {
  fc.assert(
    fc.property(message, (positions) => {
      const parts = cutAll(positions);
      expect(cutAll(positions)).toEqual(parts);
      expect(parts).toEqual(parts.toSorted((a, b) => a - b));
      for (const [, some] of Map.groupBy(parts, (part) => part)) expect(some.length).toBeLessThanOrEqual(PART_SAMPLES);
    }),
  );
});

it("counts positions that can never be written, so that no later sample changes its part when rules change", () => {
  fc.assert(
    fc.property(fc.nat(3_000), fc.nat(3_000), (before, after) => {
      const cutter = new PartCutter();
      cutter.skip(before);
      const parts = Array.from({ length: after }, () => cutter.next("s", 20));
      expect(parts).toEqual(parts.map((_, i) => Math.floor((before + i) / PART_SAMPLES)));
    }),
  );
});

it("never makes a part that is larger than a request may be", () => {
  fc.assert(
    fc.property(message, (positions) => {
      const bytes = new Map<number, number>();
      const last = new Map<number, number>();
      const cutter = new PartCutter();
      for (const { series, labelBytes, count } of positions) {
        for (let i = 0; i < count; i++) {
          const part = cutter.next(series, labelBytes);
          const repeated = last.get(part) === series;
          bytes.set(part, (bytes.get(part) ?? 0) + SAMPLE_BYTES + (repeated ? 0 : labelBytes));
          last.set(part, series);
        }
      }
      for (const size of bytes.values()) expect(size).toBeLessThanOrEqual(500_000);
    }),
  );
});

function cutAll(positions: readonly { series: number; labelBytes: number; count: number }[]): number[] {
  const cutter = new PartCutter();
  return positions.flatMap(({ series, labelBytes, count }) =>
    Array.from({ length: count }, () => cutter.next(series, labelBytes)),
  );
}
