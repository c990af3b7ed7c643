import { expect, test } from "vitest";
import { Account } from "./account.ts";
import { QueueError } from "./errors.ts";
import type { FifoQueue } from "./queue.ts";

const DAYS = 24 * 60 * 60_000;

test("a dead letter starts its retention anew and keeps its count", () => {
  const clock = { ms: 0 };
  const account = new Account({ now: () => clock.ms });
  const dead = account.createQueue("dead.fifo", { retentionMs: 14 * DAYS });
  const redrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount: 2 };
  const queue = account.createQueue("q.fifo", { redrivePolicy, visibilityTimeoutMs: 0 });
  const { messageId } = queue.sendOne({ body: "b", group: "g", deduplicationId: "d" });
  clock.ms = 3 * DAYS;
  expect(queue.receive().map(({ receiveCount }) => receiveCount)).toEqual([1]);
  expect(queue.receive().map(({ receiveCount }) => receiveCount)).toEqual([2]);
  expect(queue.receive()).toEqual([]);
  clock.ms = 17 * DAYS - 1;
  expect(dead.receive({ visibilityTimeoutMs: 0 })).toMatchObject([
    { messageId, deduplicationId: messageId, sentAtMs: 3 * DAYS, receiveCount: 3, deadLetterSourceArn: queue.arn },
  ]);
  clock.ms = 17 * DAYS;
  expect(dead.receive()).toEqual([]);
});

test("a dead letter has all its receives before it when its queue has a dead-letter queue too", () => {
  const account = new Account({ now: () => 0 });
  const [last, dead, queue] = ["last.fifo", "dead.fifo", "q.fifo"].map((name) =>
    account.createQueue(name, { visibilityTimeoutMs: 0 }),
  ) as [FifoQueue, FifoQueue, FifoQueue];
  queue.configure({ redrivePolicy: { deadLetterTargetArn: dead.arn, maxReceiveCount: 2 } });
  dead.configure({ redrivePolicy: { deadLetterTargetArn: last.arn, maxReceiveCount: 2 } });
  queue.sendOne({ body: "b", group: "g", deduplicationId: "d" });
  const receives = (from: FifoQueue) => [1, 2, 3].map(() => from.receive().length);
  expect([queue, dead, last].map(receives)).toEqual([
    [1, 1, 0],
    [1, 1, 0],
    [1, 1, 1],
  ]);
});

test("two messages that share a deduplication id both reach the dead-letter queue", () => {
  const account = new Account({ now: () => 0 });
  const dead = account.createQueue("dead.fifo");
  const redrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount: 1 };
  const deduplicationScope = "messageGroup";
  const queue = account.createQueue("q.fifo", { redrivePolicy, visibilityTimeoutMs: 0, deduplicationScope });
  for (const group of ["a", "b"]) queue.sendOne({ body: group, group, deduplicationId: "same" });
  queue.receive();
  expect(queue.receive()).toEqual([]);
  expect(dead.receive().map(({ body }) => body)).toEqual(["a", "b"]);
});

test("a message stays when its dead-letter queue is gone", () => {
  const account = new Account({ now: () => 0 });
  const dead = account.createQueue("dead.fifo");
  const redrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount: 1 };
  const queue = account.createQueue("q.fifo", { redrivePolicy, visibilityTimeoutMs: 0 });
  queue.sendOne({ body: "b", group: "g", deduplicationId: "d" });
  queue.receive();
  account.deleteQueue("dead.fifo");
  expect(queue.receive()).toMatchObject([{ receiveCount: 2 }]);
});

test.each([
  ["a queue that is not there", "arn:aws:sqs:us-east-1:000000000000:none.fifo", 1],
  ["the queue itself", "arn:aws:sqs:us-east-1:000000000000:q.fifo", 1],
  ["a standard queue", "arn:aws:sqs:us-east-1:000000000000:dead", 1],
  ["a name", "dead.fifo", 1],
  ["too few receives", "arn:aws:sqs:us-east-1:000000000000:dead.fifo", 0],
  ["too many receives", "arn:aws:sqs:us-east-1:000000000000:dead.fifo", 1001],
])("%s is refused", (_, deadLetterTargetArn, maxReceiveCount) => {
  const account = new Account({ now: () => 0 });
  account.createQueue("dead.fifo");
  const queue = account.createQueue("q.fifo");
  const redrivePolicy = { deadLetterTargetArn, maxReceiveCount };
  expect(() => queue.configure({ redrivePolicy })).toThrow(QueueError);
  expect(queue.settings.redrivePolicy).toBeUndefined();
});
