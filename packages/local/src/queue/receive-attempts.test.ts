import { expect, test } from "vitest";
import { Account } from "./account.ts";
import type { FifoQueue } from "./queue.ts";

const SECONDS = 1000;

function queueWithOne(clock: { ms: number }): FifoQueue {
  const queue = new Account({ now: () => clock.ms }).createQueue("q.fifo", { visibilityTimeoutMs: 30 * SECONDS });
  queue.sendOne({ body: "b", group: "g", deduplicationId: "d" });
  return queue;
}

test("a repeated attempt starts the visibility timeout anew", () => {
  const clock = { ms: 0 };
  const queue = queueWithOne(clock);
  const first = queue.receive({ attemptId: "1" });
  clock.ms = 20 * SECONDS;
  expect(queue.receive({ attemptId: "1" })).toEqual(first);
  expect(queue.nextEventMs()).toBe(50 * SECONDS);
  clock.ms = 40 * SECONDS;
  expect(queue.receive({ attemptId: "1" })).toEqual(first);
});

test("an attempt gets nothing again once a message of it was re-timed, or after five minutes", () => {
  const clock = { ms: 0 };
  const queue = queueWithOne(clock);
  const [first] = queue.receive({ attemptId: "1" });
  queue.changeVisibility(first!.receiptHandle, 400 * SECONDS);
  expect(queue.receive({ attemptId: "1" })).toEqual([]);
  clock.ms = 400 * SECONDS;
  const [second] = queue.receive({ attemptId: "2", visibilityTimeoutMs: 400 * SECONDS });
  expect(second?.receiveCount).toBe(2);
  clock.ms += 300 * SECONDS;
  expect(queue.receive({ attemptId: "2" })).toEqual([]);
});
