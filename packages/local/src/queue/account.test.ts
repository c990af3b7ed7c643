import { expect, test } from "vitest";
import { Account } from "./account.ts";

const MINUTE = 60_000;

test("a queue is created once; its name is free a minute after it is deleted", () => {
  const clock = { ms: 0 };
  const account = new Account({ now: () => clock.ms });
  const queue = account.createQueue("q.fifo", { delayMs: 1000 });
  expect(account.createQueue("q.fifo")).toBe(queue);
  expect(account.createQueue("q.fifo", { delayMs: 1000 })).toBe(queue);
  expect(() => account.createQueue("q.fifo", { delayMs: 2000 })).toThrow("different value for attribute DelaySeconds");
  account.deleteQueue("q.fifo");
  clock.ms = MINUTE - 1;
  expect(() => account.createQueue("q.fifo")).toThrow("60 seconds");
  clock.ms = MINUTE;
  expect(account.createQueue("q.fifo")).not.toBe(queue);
});

test("a purge is taken once a minute", () => {
  const clock = { ms: 0 };
  const queue = new Account({ now: () => clock.ms }).createQueue("q.fifo");
  queue.purge();
  clock.ms = MINUTE - 1;
  expect(() => queue.purge()).toThrow("every 60 seconds");
  clock.ms = MINUTE;
  queue.purge();
});

test.each(["q", "q.fifo.fifo", "q q.fifo", `${"q".repeat(76)}.fifo`, ".fifo"])("the name %j is refused", (name) => {
  expect(() => new Account({ now: () => 0 }).createQueue(name)).toThrow();
});

test("the same calls at the same times give the same ids, handles and numbers", () => {
  const run = () => {
    const queue = new Account({ now: () => 7 }).createQueue("q.fifo");
    const sent = queue.send(["a", "b", "a"].map((group, i) => ({ body: "b", group, deduplicationId: `${i}` })));
    return { sent, received: queue.receive() };
  };
  expect(run()).toEqual(run());
});
