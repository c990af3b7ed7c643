import { expect, test } from "vitest";
import { Account } from "./account.ts";
import { QueueError } from "./errors.ts";
import type { FifoQueue } from "./queue.ts";
import type { QueueSettings } from "./settings.ts";

const SECONDS = 1000;
const DAYS = 24 * 60 * 60 * SECONDS;

function queueAt(clock: { ms: number }, settings: Partial<QueueSettings> = {}): FifoQueue {
  return new Account({ now: () => clock.ms }).createQueue("q.fifo", settings);
}

function send(queue: FifoQueue, ...bodies: string[]): void {
  queue.send(bodies.map((body) => ({ body, group: body[0]!, deduplicationId: body })));
}

const bodies = (queue: FifoQueue) => queue.receive().map(({ body }) => body);

test("a message expires after the queue's retention, in flight too, and its group is free", () => {
  const clock = { ms: 0 };
  const queue = queueAt(clock, { retentionMs: 60 * SECONDS, visibilityTimeoutMs: 600 * SECONDS });
  send(queue, "a1");
  clock.ms = 10 * SECONDS;
  const [first] = queue.receive();
  send(queue, "a2");
  clock.ms = 60 * SECONDS - 1;
  expect(queue.inspect()).toMatchObject({ inFlight: 1, visible: 1, oldestSentAtMs: 0 });
  expect(queue.nextEventMs()).toBe(60 * SECONDS);
  clock.ms = 60 * SECONDS;
  expect(queue.inspect()).toMatchObject({ inFlight: 0, visible: 1, oldestSentAtMs: 10 * SECONDS });
  expect(bodies(queue)).toEqual(["a2"]);
  queue.delete(first!.receiptHandle);
  clock.ms = 4 * DAYS;
  expect(queue.inspect()).toEqual({ visible: 0, inFlight: 0, delayed: 0, oldestSentAtMs: undefined });
  expect(queue.nextEventMs()).toBeUndefined();
});

test("a shorter retention holds for messages that are here already", () => {
  const clock = { ms: 0 };
  const queue = queueAt(clock);
  send(queue, "a1");
  clock.ms = 2 * DAYS;
  send(queue, "a2");
  queue.configure({ retentionMs: 1 * DAYS });
  expect(bodies(queue)).toEqual(["a2"]);
});

test("a delay holds back messages in their order, and a change of it holds for those that wait", () => {
  const clock = { ms: 0 };
  const queue = queueAt(clock, { delayMs: 10 * SECONDS });
  send(queue, "a1");
  clock.ms = 4 * SECONDS;
  send(queue, "a2", "b1");
  expect(queue.inspect()).toMatchObject({ delayed: 3, visible: 0 });
  expect(queue.receive()).toEqual([]);
  clock.ms = 10 * SECONDS;
  expect(bodies(queue)).toEqual(["a1"]);
  queue.configure({ delayMs: 6 * SECONDS });
  expect(bodies(queue)).toEqual(["b1"]);
  queue.configure({ delayMs: 900 * SECONDS });
  send(queue, "c1");
  queue.configure({ delayMs: 0 });
  send(queue, "c2");
  expect(bodies(queue)).toEqual(["c1", "c2"]);
});

test("one delivery lasts twelve hours in all", () => {
  const clock = { ms: 0 };
  const queue = queueAt(clock);
  send(queue, "a1");
  const [{ receiptHandle } = { receiptHandle: "" }] = queue.receive({ visibilityTimeoutMs: 12 * 3600 * SECONDS });
  clock.ms = 3600 * SECONDS;
  queue.changeVisibility(receiptHandle, 11 * 3600 * SECONDS);
  expect(() => queue.changeVisibility(receiptHandle, 11 * 3600 * SECONDS + 1)).toThrow(QueueError);
});

test("120,000 messages may be in flight, then a receive finds nothing until one is deleted", () => {
  const queue = queueAt({ ms: 0 });
  for (let i = 0; i < 12_001; i++) {
    queue.send(Array.from({ length: 10 }, (_, k) => ({ body: "b", group: `g${i}`, deduplicationId: `${i}-${k}` })));
  }
  let last = queue.receive();
  while (queue.deliverable) last = queue.receive();
  expect(queue.inspect()).toMatchObject({ inFlight: 120_000, visible: 10 });
  expect(queue.receive()).toEqual([]);
  queue.delete(last[0]!.receiptHandle);
  expect(queue.receive()).toHaveLength(1);
});
