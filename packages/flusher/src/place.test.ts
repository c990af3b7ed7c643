import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { START_MS, World } from "../test/world.ts";
import { type Sample, samplesOf } from "./batch.ts";
import { place } from "./place.ts";
import { readBatch } from "./read.ts";

const times = fc.array(fc.nat(30), { minLength: 1, maxLength: 40 });
/** Batches of one series, in the order of their arrival. */
const arrivals = fc.array(times, { minLength: 1, maxLength: 8 });

describe("placing", () => {
  it("puts every delta where nothing is in its way, in the fewest lanes there can be", () => {
    fc.assert(
      fc.property(arrivals, (batches) => {
        const newest: number[] = [];
        const order: number[] = [];
        for (const batch of batches) {
          const samples = samplesAt(batch, newest);
          const { placed, homeless } = place(samples, 1_000);
          expect(homeless).toEqual([]);
          expect(placed).toHaveLength(samples.length);
          for (const { atMs } of placed) order.push(atMs);
          newest.splice(0, newest.length, ...samples[0]!.series.newest);
        }
        // Dilworth: no way of placing needs fewer than the longest run of arrivals that never rises.
        expect(newest).toHaveLength(longestNonIncreasing(order));
      }),
    );
  });

  it("never lets the timestamps of a lane stand still or fall, however few lanes there are", () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 10 }), (batches, lanes) => {
        const written = new Map<number, number>();
        const newest: number[] = [];
        for (const batch of batches) {
          const samples = samplesAt(batch, newest);
          const { placed, homeless } = place(samples, lanes);
          expect(placed.length + homeless.length).toBe(samples.length);
          for (const { lane, atMs } of placed) {
            expect(lane).toBeGreaterThanOrEqual(1);
            expect(lane).toBeLessThanOrEqual(lanes);
            expect(atMs).toBeGreaterThan(written.get(lane) ?? Number.NEGATIVE_INFINITY);
            written.set(lane, atMs);
          }
          newest.splice(0, newest.length, ...samples[0]!.series.newest);
        }
      }),
    );
  });

  it("gives gauges lane 1 whatever stands there: over lanes they would not add up", () => {
    const samples = samplesAt([5, 3, 4], [START_MS + 100], "gauge");
    expect(place(samples, 10).placed.map(({ lane }) => lane)).toEqual([1, 1, 1]);
  });
});

/** Fresh samples of one series at these times, which has this in its lanes. */
function samplesAt(
  at: readonly number[],
  newest: readonly number[],
  kind: "delta" | "gauge" = "delta",
): readonly Sample[] {
  const timestamps = at.map((ms) => START_MS + ms);
  const record = new World().record({
    kind,
    series: [{ metric: { __name__: "m" }, timestamps, values: at.map(() => 1) }],
  });
  const samples = samplesOf(readBatch([record], {}, 1_000_000)[0]!);
  samples[0]!.series.newest.push(...newest);
  return samples;
}

function longestNonIncreasing(order: readonly number[]): number {
  const longest: number[] = [];
  for (const [i, at] of order.entries()) {
    longest[i] = 1 + Math.max(0, ...order.slice(0, i).map((before, j) => (before >= at ? longest[j]! : 0)));
  }
  return Math.max(...longest);
}
