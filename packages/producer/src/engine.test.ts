import { MAX_MESSAGE_BYTES } from "@penstock/model";
import { afterEach, expect, test, vi } from "vitest";
import { DOWN, FakeQueue, START_MS } from "../test/fake-queue.ts";
import { one, producerOver } from "../test/over.ts";
import type { SendResult } from "./producer.ts";

afterEach(() => {
  vi.useRealTimers();
});

test("when it is full a send waits for room, then for the door, and what finds neither is refused and told", async () => {
  const queue = new FakeQueue(DOWN);
  const { producer, errors } = producerOver(queue, { maxPendingBytes: 300 });
  const results: (SendResult | undefined)[] = [];
  for (let i = 0; i < 12; i++) {
    void producer.send(one("a_total", i), { id: `${i}` }).then((result) => {
      results[i] = result;
    });
  }
  await producer.flush();
  const inside = producer.stats.accepted;
  const refused = errors.filter(({ reason }) => reason === "producer_full").length;
  expect(inside).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(0);
  expect(results.filter((result) => result?.accepted === 1)).toHaveLength(inside);
  expect(results.filter((result) => result?.refused[0]?.reason === "producer_full")).toHaveLength(refused);
  expect(inside + refused).toBeLessThan(12);
  expect(producer.stats.pendingBytes).toBeLessThanOrEqual(600);

  queue.behaviours = [];
  await producer.flush();
  expect(queue.timestampsOf("a_total")).toEqual(Array.from({ length: 12 - refused }, (_, i) => START_MS + i));
});

test("who awaits each send needs no flush to get on", async () => {
  const queue = new FakeQueue([{ answer: "error" }, { answer: "error" }]);
  const { producer } = producerOver(queue, { maxPendingBytes: 200, maxAttempts: 1 });
  for (let i = 0; i < 30; i++) expect(await producer.send(one("a_total", i))).toMatchObject({ accepted: 1 });
  await producer.close();
  expect(queue.timestampsOf("a_total")).toEqual(Array.from({ length: 30 }, (_, i) => START_MS + i));
});

test("closing sends all, refuses what comes after, and may be done twice", async () => {
  const queue = new FakeQueue();
  const { producer, errors } = producerOver(queue);
  void producer.send(one());
  const [first, second] = await Promise.all([producer.close(), producer.close()]);
  expect([first.unsent, second.unsent, queue.entries.length]).toEqual([0, 0, 1]);
  const late = await producer.send([one(), one()]);
  expect(late).toMatchObject({ accepted: 0, refused: [{ reason: "producer_closed", samples: 2 }] });
  expect(errors.map(({ message }) => message)).toEqual([
    "producer_closed: Expected no send after `close`. 2 samples refused.",
  ]);
});

test("closing while the queue is down says what is unsent; who waited for room is refused; a later flush sends the rest", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const queue = new FakeQueue(DOWN);
  const { producer } = producerOver(queue, { maxPendingBytes: 1, flushIntervalMs: 5_000 });
  void producer.send(one("a_total", 0));
  const waiting = producer.send(one("a_total", 1));
  expect(await producer.close()).toEqual({ sent: 0, unsent: 2, lost: 0 });
  expect(await waiting).toMatchObject({ accepted: 0, refused: [{ reason: "producer_closed" }] });
  expect(vi.getTimerCount()).toBe(0);
  queue.behaviours = [];
  expect(await producer.flush()).toEqual({ sent: 1, unsent: 0, lost: 0 });
});

test("samples are sent by themselves after the interval, again when that failed, and a closed producer leaves no timer", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const queue = new FakeQueue([{ answer: "error" }]);
  const { producer } = producerOver(queue, { flushIntervalMs: 5_000, maxAttempts: 1 });
  void producer.send(one());
  await vi.advanceTimersByTimeAsync(4_999);
  expect(queue.calls).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(1);
  await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
  expect([queue.calls.length, queue.entries.length]).toEqual([1, 0]);
  await vi.advanceTimersByTimeAsync(5_000);
  await vi.waitFor(() => expect(producer.stats.pending).toBe(0));
  void producer.send(one());
  await producer.close();
  expect([queue.entries.length, vi.getTimerCount()]).toEqual([2, 0]);
});

test("a full message is sent without waiting for the interval", async () => {
  const queue = new FakeQueue();
  const { producer } = producerOver(queue);
  const timestamps = Array.from({ length: 4_000 }, (_, i) => START_MS + i);
  await producer.send({ metric: { __name__: "a_total" }, timestamps, values: timestamps.map(() => 1) });
  await vi.waitFor(() => expect(producer.stats.sent).toBe(4_000));
});

test("calls at one time are bounded, for many messages as for large ones", async () => {
  const queue = new FakeQueue();
  const { producer } = producerOver(queue, { maxCallsInFlight: 1, maxMessageBytes: MAX_MESSAGE_BYTES });
  const names = Array.from({ length: 60 }, (_, i) => `m${i}_total`);
  void producer.send(names.map((name) => one(name)));
  await producer.flush();
  expect(queue.callsInFlight).toBe(1);
  // Values that gzip cannot shorten: four such messages do not share a call.
  const timestamps = Array.from({ length: 30_000 }, (_, i) => START_MS + i);
  const large = names.slice(0, 4).map((name) => ({ metric: { __name__: name }, timestamps, values: noise(30_000) }));
  void producer.send(large, { id: "large" });
  await producer.flush();
  expect(queue.callsInFlight).toBe(1);
});

/** Numbers without a pattern, the same in each run. */
function noise(length: number): number[] {
  let state = 1;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 3;
  });
}

test("a flush waits for what was handed in before it, and not for what keeps coming", async () => {
  const queue = new FakeQueue();
  let coming = 0;
  const { producer } = producerOver({
    send: async (entries) => {
      if (coming++ < 100) void producer.send(one("a_total", coming), { id: `later-${coming}` });
      return queue.send(entries);
    },
  });
  void producer.send(one(), { id: "before" });
  await producer.flush();
  expect(queue.calls.length).toBeLessThan(10);
  while (producer.stats.pending > 0) await producer.flush();
  expect(producer.stats).toMatchObject({ sent: 101, pending: 0 });
});
