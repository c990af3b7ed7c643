import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { START_MS, World } from "../test/world.ts";
import { samplesOf } from "./batch.ts";
import { readBatch } from "./read.ts";
import { hash52, ReceiptBook, readReceipts, receiptValue } from "./receipts.ts";

describe("a receipt's value", () => {
  it("is for good: what was written by one version is known to every later one", () => {
    expect([hash52(""), hash52("0 a"), hash52("1 0198c1f2-7d3e"), hash52("0 ü😀")]).toEqual([
      3338908027751811, 4304115024933475, 2337648882444779, 1060925990003011,
    ]);
    expect(receiptValue("a", 0)).toBe(2 ** 52 + hash52("0 a"));
  });

  it("is a whole number that a float64 holds exactly, and no time in milliseconds", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(), (identity, part) => {
        const value = receiptValue(identity, part);
        expect(Number.isSafeInteger(value)).toBe(true);
        expect(value).toBeGreaterThanOrEqual(2 ** 52);
      }),
    );
  });
});

describe("the receipts of a group", () => {
  it("are written in strictly increasing time, never before SQS took the message, and can be read again", () => {
    const clock = fc.array(fc.integer({ min: -120_000, max: 120_000 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(clock, fc.boolean(), (skews, restamped) => {
        const book = new ReceiptBook();
        const written: [number, number][] = [];
        const world = new World();
        const loads = skews.map((_, i) => {
          const series = [{ metric: { __name__: "m" }, timestamps: [START_MS - 1_000], values: [i] }];
          return readBatch([world.record({ series })], {}, 1_000_000)[0]!;
        });
        for (const [i, skewMs] of skews.entries()) {
          const samples = samplesOf(loads[i]!);
          if (restamped) for (const sample of samples) sample.restampBaseMs = START_MS;
          const { timestamps, values } = book.write(samples, START_MS + skewMs).get("g1")!;
          for (const [j, at] of timestamps.entries()) written.push([at, values[j]!]);
        }
        const at = written.map(([ms]) => ms);
        expect(at.every((ms, i) => ms >= START_MS && (i === 0 || ms > at[i - 1]!))).toBe(true);
        const found = readReceipts(written);
        for (const load of loads) {
          expect(found.get(load.parts[0]!.receipt)).toEqual(new Set(restamped ? [START_MS] : []));
        }
      }),
    );
  });
});
