import { expect, test } from "vitest";
import { Account } from "./account.ts";

const MINUTES = 60_000;

test("a deduplication id is free again after five minutes, counted from the message that took it", () => {
  const clock = { ms: 0 };
  const queue = new Account({ now: () => clock.ms }).createQueue("q.fifo");
  const send = () => queue.sendOne({ body: "b", group: "g", deduplicationId: "d" });
  const first = send();
  clock.ms = 5 * MINUTES - 1;
  expect(send()).toEqual({ ...first, duplicate: true });
  clock.ms = 5 * MINUTES;
  expect(send()).toMatchObject({ duplicate: false });
  clock.ms = 10 * MINUTES - 1;
  expect(send()).toMatchObject({ duplicate: true });
  expect(queue.inspect().visible).toBe(2);
});

test("an id outlives its message", () => {
  const queue = new Account({ now: () => 0 }).createQueue("q.fifo", { contentBasedDeduplication: true });
  const first = queue.sendOne({ body: "b", group: "g" });
  for (const { receiptHandle } of queue.receive()) queue.delete(receiptHandle);
  expect(queue.sendOne({ body: "b", group: "other" })).toEqual({ ...first, duplicate: true });
  queue.purge();
  expect(queue.sendOne({ body: "b", group: "g" })).toEqual({ ...first, duplicate: true });
});
