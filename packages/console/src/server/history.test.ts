import type { Clock, Receiver } from "@penstock/model";
import type { Queue, QueueFigures } from "@penstock/operator";
import { describe, expect, test } from "vitest";
import type { Books } from "../api.ts";
import { History } from "./history.ts";
import type { ConsoleSources } from "./sources.ts";

const BOOKS: Books = {
  received: 3,
  stored: 2,
  duplicate: 0,
  returned: 0,
  rejected: { refused: 1 },
  restamped: 0,
  laneMoves: 0,
};
const START_MS = Date.UTC(2026, 10, 23, 12);

/** Sources in virtual time. */
function setUp(some: Partial<ConsoleSources> = {}) {
  const clock = { nowMs: START_MS };
  const queue = {
    url: "model:queue",
    figures: async (): Promise<QueueFigures> => {
      return { visible: 5, inFlight: 1, delayed: 0, attributes: {}, serverNowMs: undefined };
    },
  } as Queue;
  const receiver: Receiver = {
    write: () => Promise.reject(new Error("Nobody writes here")),
    read: async () => {
      const series = ["g1", "g2"].map((group, i) => ({
        labels: { __name__: "penstock_receipt", _group: group },
        timestamps: [clock.nowMs - 1_000 * (i + 1)],
        values: [1],
      }));
      return { kind: "read", series, bytes: 1 };
    },
  };
  const sources: ConsoleSources = {
    queue,
    deadLetters: queue,
    receiver,
    receiverUrl: "model:receiver",
    books: async () => BOOKS,
    oldestSentAtMs: async () => undefined,
    writes: async () => [],
    ...some,
  };
  const virtual: Clock = { now: () => clock.nowMs, sleep: () => Promise.resolve(), random: () => 0.5 };
  return { history: new History(sources, virtual, 2_000), clock };
}

describe("what was seen", () => {
  test("is the last of every source, and a point of the curve", async () => {
    const { history } = setUp();
    await history.sample();
    expect(history.overview(0).newestReceiptMs).toBeUndefined();
    await history.sampleReceiver();
    const level = { visible: 5, inFlight: 1, delayed: 0 };
    expect(history.overview(0)).toEqual({
      nowMs: START_MS,
      intervalMs: 2_000,
      queue: { known: true, value: level },
      deadLetters: { known: true, value: level },
      books: { known: true, value: BOOKS },
      oldestSentAtMs: { known: true, value: undefined },
      newestReceiptMs: { known: true, value: START_MS - 1_000 },
      points: [{ atMs: START_MS, queue: level, deadLetters: level, books: BOOKS }],
    });
  });

  test("is honest about what is not there, or does not answer", async () => {
    const broken = { figures: () => Promise.reject(new Error("No answer")) } as unknown as Queue;
    const { history } = setUp({ queue: broken, books: { missing: "It is in CloudWatch." } });
    await history.sample();
    expect(history.overview(0)).toMatchObject({
      queue: { known: false, why: "No answer" },
      books: { known: false, why: "It is in CloudWatch." },
      deadLetters: { known: true },
    });
    expect(Object.keys(history.overview(0).points[0]!)).toEqual(["atMs", "deadLetters"]);
  });

  test("is told from where somebody left off, and not kept for ever", async () => {
    const { history, clock } = setUp();
    for (let i = 0; i < 1_200; i++) {
      await history.sample();
      clock.nowMs += 2_000;
    }
    const { points } = history.overview(0);
    expect(points.length).toBe(900);
    expect(history.overview(points[897]!.atMs).points).toEqual(points.slice(898));
  });
});
