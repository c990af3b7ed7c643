import { expect, test } from "vitest";
import { Account } from "./account.ts";
import type { FifoQueue } from "./queue.ts";

const SECONDS = 1000;

/** A dead-letter queue with `count` messages that were sent to it, and the queue whose redrive policy names it. */
function deadLetters(count: number, clock: { ms: number }) {
  const account = new Account({ now: () => clock.ms });
  const dead = account.createQueue("dead.fifo");
  const redrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount: 3 };
  const queue = account.createQueue("q.fifo", { redrivePolicy });
  for (let i = 0; i < count; i++)
    dead.sendOne({ body: `${i}`, group: i % 2 ? "odd" : "even", deduplicationId: `${i}` });
  const start = (messagesPerSecond?: number, destinationArn: string | undefined = queue.arn) =>
    account.startMoveTask({ sourceArn: dead.arn, destinationArn, messagesPerSecond });
  const latest = () => account.moveTasks(dead.arn)[0];
  return { account, dead, queue, start, latest };
}

const bodies = (queue: FifoQueue) => [...queue.messages()].map(({ body }) => body);

test("messages move at the task's rate, oldest first, as new messages", () => {
  const clock = { ms: 10 * SECONDS };
  const { account, dead, queue, start, latest } = deadLetters(5, clock);
  const before = [...dead.messages()];
  start(2);
  expect(bodies(queue)).toEqual(["0"]);
  expect(account.nextEventMs()).toBe(10.5 * SECONDS);
  clock.ms = 11 * SECONDS - 1;
  expect(bodies(queue)).toEqual(["0", "1"]);
  expect(account.nextEventMs()).toBe(11 * SECONDS);
  expect(latest()).toMatchObject({ status: "RUNNING", moved: 2, toMove: 5 });
  queue.sendOne({ body: "live", group: "odd", deduplicationId: "live" });
  clock.ms = 60 * SECONDS;
  expect(bodies(queue)).toEqual(["0", "1", "live", "2", "3", "4"]);
  expect(latest()).toMatchObject({ status: "COMPLETED", moved: 5 });
  const [first] = queue.messages();
  expect(first).toMatchObject({ sentAtMs: 10 * SECONDS, receiveCount: 0, deduplicationId: "0" });
  expect(before.map(({ messageId }) => messageId)).not.toContain(first?.messageId);
});

test("a task moves what was there when it started, and no message in flight nor its group", () => {
  const clock = { ms: 0 };
  const { dead, queue, start, latest } = deadLetters(4, clock);
  dead.receive({ max: 1, visibilityTimeoutMs: 60 * SECONDS });
  start(1);
  clock.ms = 30 * SECONDS;
  expect(bodies(queue)).toEqual(["1", "3"]);
  expect(latest()).toMatchObject({ status: "COMPLETED", moved: 2, toMove: 4 });
  clock.ms = 90 * SECONDS;
  start(1);
  dead.sendOne({ body: "new", group: "even", deduplicationId: "new" });
  clock.ms = 120 * SECONDS;
  expect(bodies(dead)).toEqual(["new"]);
});

test("a task takes a message whose visibility timeout ends meanwhile", () => {
  const clock = { ms: 0 };
  const { dead, queue, start } = deadLetters(4, clock);
  dead.receive({ max: 1, visibilityTimeoutMs: 1.5 * SECONDS });
  start(1);
  clock.ms = 30 * SECONDS;
  expect(bodies(queue)).toEqual(["1", "3", "0", "2"]);
});

test("a task fails when its destination is gone, or it cannot know it", () => {
  const clock = { ms: 0 };
  const { account, start, latest } = deadLetters(4, clock);
  const { sourceArn } = start(1);
  expect(() => start(1)).toThrow("already a task running");
  account.deleteQueue("q.fifo");
  clock.ms = 1 * SECONDS;
  expect(latest()).toMatchObject({ status: "FAILED", failureReason: "AWS.SimpleQueueService.NonExistentQueue" });
  account.createQueue("other.fifo", { redrivePolicy: { deadLetterTargetArn: sourceArn, maxReceiveCount: 3 } });
  account.startMoveTask({ sourceArn });
  expect(latest()).toMatchObject({ status: "FAILED", failureReason: "CouldNotDetermineMessageSource" });
});

test("a cancelled task moves nothing more", () => {
  const clock = { ms: 0 };
  const { account, dead, start, latest } = deadLetters(4, clock);
  const { handle } = start(1);
  clock.ms = 1 * SECONDS;
  expect(account.cancelMoveTask(handle)).toMatchObject({ status: "CANCELLED", moved: 2 });
  clock.ms = 60 * SECONDS;
  expect(bodies(dead)).toEqual(["2", "3"]);
  expect(latest()).toMatchObject({ status: "CANCELLED" });
  expect(() => account.cancelMoveTask(handle)).toThrow("Only active tasks");
  expect(() => account.cancelMoveTask("foobared")).toThrow("TaskHandle");
});

test("the rate is 1 to 500 a second", () => {
  const { start } = deadLetters(1, { ms: 0 });
  for (const rate of [0, 501]) expect(() => start(rate)).toThrow("MaxNumberOfMessagesPerSecond");
});
