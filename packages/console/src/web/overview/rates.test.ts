import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Books, HistoryPoint, Overview } from "../../api.ts";
import { healthOf } from "./health.ts";
import { imbalance, ratesBetween, ratesNow, rejectedSteps } from "./rates.ts";

const NONE: Books = { received: 0, stored: 0, duplicate: 0, returned: 0, rejected: {}, restamped: 0, laneMoves: 0 };

const flows = fc.record({
  stored: fc.nat(1e6),
  duplicate: fc.nat(1e6),
  returned: fc.nat(1e6),
  old: fc.nat(1e6),
  bad: fc.nat(1e6),
});

function booksOf({
  stored,
  duplicate,
  returned,
  old,
  bad,
}: {
  stored: number;
  duplicate: number;
  returned: number;
  old: number;
  bad: number;
}): Books {
  return {
    ...NONE,
    stored,
    duplicate,
    returned,
    rejected: { old, bad },
    received: stored + duplicate + returned + old + bad,
  };
}

describe("rates", () => {
  test("add up as the books do", () => {
    fc.assert(
      fc.property(flows, fc.integer({ min: 1, max: 100_000 }), (flow, ms) => {
        const books = booksOf(flow);
        expect(imbalance(books)).toBe(0);
        const rates = ratesBetween({ atMs: 0, books: NONE }, { atMs: ms, books })!;
        expect(rates.received).toBeCloseTo(rates.stored + rates.rejected + rates.duplicate + rates.returned, 3);
      }),
    );
  });

  test("are not known across a consumer's new beginning, or where the books are missing", () => {
    const later = { atMs: 1_000, books: { ...NONE, received: 1 } };
    expect(ratesBetween(later, { atMs: 2_000, books: NONE })).toBeUndefined();
    expect(ratesBetween({ atMs: 0 }, later)).toBeUndefined();
    expect(ratesNow([later], 10_000)).toBeUndefined();
  });
});

test("each sample that was refused within the time is in one step, the last step the newest", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 90_000 }), fc.nat(9)), { minLength: 1, maxLength: 40 }),
      (growth) => {
        let atMs = 1e12;
        let refused = 0;
        const points: HistoryPoint[] = [{ atMs, books: { ...NONE, rejected: { old: 0 } } }];
        for (const [ms, samples] of growth) {
          atMs += ms;
          refused += samples;
          points.push({ atMs, books: { ...NONE, rejected: { old: refused } } });
        }
        const steps = rejectedSteps(points, "old", 60_000, 1_000);
        expect(steps.reduce((sum, step) => sum + step, 0)).toBe(refused);
        const last = growth.at(-1)!;
        if (last[1] > 0) expect(steps.at(-1)).toBeGreaterThanOrEqual(last[1]);
      },
    ),
  );
});

describe("how things are", () => {
  const well: Overview = {
    nowMs: 1e12,
    intervalMs: 2_000,
    queue: { known: true, value: { visible: 0, inFlight: 0, delayed: 0 } },
    deadLetters: { known: true, value: { visible: 0, inFlight: 0, delayed: 0 } },
    books: { known: true, value: NONE },
    oldestSentAtMs: { known: true, value: undefined },
    newestReceiptMs: undefined,
    points: [],
  };
  const letters = { known: true, value: { visible: 1, inFlight: 0, delayed: 0 } } as const;

  test.each<[string, Partial<Overview>, string, RegExp]>([
    ["nothing waits", {}, "good", /^All is well/],
    ["there is no account", { books: { known: false, why: "It is in CloudWatch." } }, "good", /^All is well/],
    ["there is a dead letter", { deadLetters: letters }, "warn", /^1 dead letter waits/],
    [
      "a message is old",
      { oldestSentAtMs: { known: true, value: 1e12 - 16 * 60_000 }, deadLetters: letters },
      "bad",
      /waited for 16 m/,
    ],
    ["the books are off", { books: { known: true, value: { ...NONE, received: 2 } } }, "bad", /off by 2 samples/],
    ["the receiver is gone", { newestReceiptMs: { known: false, why: "No answer." } }, "warn", /^No answer/],
    ["the queue is gone", { queue: { known: false, why: "No answer." } }, "bad", /does not answer. No answer/],
  ])("when %s", (_, some, mood, sentence) => {
    expect(healthOf({ ...well, ...some }, [])).toEqual({ mood, sentence: expect.stringMatching(sentence) });
  });

  test("when messages wait and nobody takes them", () => {
    const level = { visible: 7, inFlight: 0, delayed: 0 };
    const queue = { known: true, value: level } as const;
    const points = Array.from({ length: 9 }, (_, i) => ({ atMs: i * 10_000, queue: level }));
    expect(healthOf({ ...well, queue }, points)).toMatchObject({
      mood: "bad",
      sentence: expect.stringMatching(/^7 messages.*nobody takes them/),
    });
    const taken = points.with(5, { atMs: 50_000, queue: { ...level, inFlight: 1 } });
    for (const some of [taken, points.slice(0, 4)]) expect(healthOf({ ...well, queue }, some).mood).toBe("good");
  });

  test("when samples go back to the queue", () => {
    const points = [
      { atMs: 0, books: NONE },
      { atMs: 2_000, books: { ...NONE, received: 3, returned: 3 } },
    ];
    expect(healthOf(well, points)).toMatchObject({ mood: "warn", sentence: expect.stringMatching(/None is lost/) });
  });
});
