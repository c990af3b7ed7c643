import { afterEach, beforeEach, expect, test } from "vitest";
import { Account } from "../account.ts";
import type { FifoQueue } from "../queue.ts";
import { LongPolls } from "./long-polls.ts";

const MINUTES = 60_000;

let account: Account;
let queue: FifoQueue;
let longPolls: LongPolls;
beforeEach(() => {
  account = new Account({ now: Date.now });
  queue = account.createQueue("q.fifo");
  longPolls = new LongPolls(account);
});
afterEach(() => longPolls.close());

let sent = 0;
function send(...groups: string[]): void {
  queue.send(groups.map((group) => ({ body: group, group, deduplicationId: String(sent++) })));
}

async function wait(signal: AbortSignal = new AbortController().signal): Promise<string> {
  const deliveries = await longPolls.wait(queue, { max: 1 }, 10 * MINUTES, signal);
  return deliveries.map(({ body }) => body).join();
}

test("the one that has waited longest is served first, and one message wakes one", async () => {
  const waiting = [wait(), wait(), wait()];
  send("a");
  expect(await waiting[0]).toBe("a");
  expect(longPolls.size).toBe(2);
  send("b", "c");
  expect(await Promise.all(waiting)).toEqual(["a", "b", "c"]);
});

test("the end of a visibility timeout wakes", async () => {
  send("a");
  queue.receive({ visibilityTimeoutMs: 50 });
  expect(await wait()).toBe("a");
});

test("a visibility timeout that was shortened meanwhile wakes when it ends", async () => {
  send("a");
  const [delivery] = queue.receive({ visibilityTimeoutMs: 10 * MINUTES });
  const waiting = wait();
  queue.changeVisibility(delivery!.receiptHandle, 50);
  expect(await waiting).toBe("a");
});

test("a visibility timeout that ends while somebody looks is not missed", async () => {
  for (let timeoutMs = 1; timeoutMs <= 12; timeoutMs++) {
    // At every look a millisecond has passed.
    let nowMs = 0;
    const ticking = new Account({ now: () => nowMs++ });
    const polls = new LongPolls(ticking);
    const hurried = ticking.createQueue("q.fifo");
    hurried.sendOne({ body: "a", group: "a", deduplicationId: "a" });
    hurried.receive({ visibilityTimeoutMs: timeoutMs });
    expect(await polls.wait(hurried, {}, 10 * MINUTES, new AbortController().signal)).toHaveLength(1);
    polls.close();
  }
}, 5_000);

test("a group that is free again wakes, a locked one does not", async () => {
  send("a", "a");
  const [delivery] = queue.receive({ max: 1 });
  const waiting = wait();
  send("a");
  await new Promise(setImmediate);
  expect(longPolls.size).toBe(1);
  queue.delete(delivery!.receiptHandle);
  expect(await waiting).toBe("a");
});

test("a client that hung up takes no message", async () => {
  const hangUp = new AbortController();
  const waiting = wait(hangUp.signal);
  hangUp.abort();
  expect(await waiting).toBe("");
  send("a");
  await new Promise(setImmediate);
  expect(queue.inspect()).toMatchObject({ visible: 1, inFlight: 0 });
});

test("a deleted queue ends the wait with an error", async () => {
  const waiting = wait();
  account.deleteQueue("q.fifo");
  await expect(waiting).rejects.toMatchObject({ code: "QueueDoesNotExist" });
});

test("closing ends every wait", async () => {
  const waiting = [wait(), wait()];
  longPolls.close();
  expect(await Promise.all(waiting)).toEqual(["", ""]);
});
