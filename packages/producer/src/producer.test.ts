import { MAX_MESSAGE_BYTES } from "@penstock/model";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { anyBehaviour, DOWN, FakeQueue, START_MS } from "../test/fake-queue.ts";
import { producerOver } from "../test/over.ts";
import type { SendResult } from "./producer.ts";

function one(
  name = "a_total",
  at = 0,
  value = 1,
): { metric: Record<string, string>; timestamp: number; value: number } {
  return { metric: { __name__: name }, timestamp: START_MS + at, value };
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("whatever the queue answers, each accepted sample is queued once, each series in order, and the counts close", async () => {
  const send = fc.record({
    does: fc.constant("send" as const),
    names: fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1 }),
    count: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant(3000)),
    withId: fc.boolean(),
  });
  const step = fc.oneof(send, send, fc.record({ does: fc.constantFrom("flush" as const, "await" as const) }));
  const settings = fc.record({
    groups: fc.integer({ min: 1, max: 4 }),
    maxPendingBytes: fc.constantFrom(1000, 100_000, 10_000_000),
    maxAttempts: fc.integer({ min: 1, max: 3 }),
  });
  const cases = fc.record({
    steps: fc.array(step, { maxLength: 20 }),
    behaviours: fc.array(anyBehaviour, { maxLength: 60 }),
    settings,
  });

  await fc.assert(
    fc.asyncProperty(cases, async ({ steps, behaviours, settings }) => {
      const queue = new FakeQueue(behaviours);
      const { producer } = producerOver(queue, settings);
      const sends: { names: string[]; timestamps: number[]; result: Promise<SendResult> }[] = [];
      const flushes: Promise<unknown>[] = [];
      let at = START_MS;
      for (const [i, step] of steps.entries()) {
        if (step.does === "send") {
          const timestamps = Array.from({ length: step.count }, () => at++);
          const values = timestamps.map(() => 1);
          const series = step.names.map((name) => ({ metric: { __name__: name }, timestamps, values }));
          const result = producer.send(series, step.withId ? { id: `file-${i}` } : {});
          sends.push({ names: step.names, timestamps, result });
        } else if (step.does === "flush") flushes.push(producer.flush());
        else await sends.at(-1)?.result;
      }
      await Promise.all(flushes);
      queue.behaviours = [];
      expect(await producer.flush()).toMatchObject({ unsent: 0, lost: 0 });

      const wanted: Record<string, number[]> = { a: [], b: [], c: [], d: [] };
      let accepted = 0;
      for (const { names, timestamps, result } of sends) {
        const answer = await result;
        const refused = answer.refused.reduce((sum, { samples }) => sum + samples, 0);
        expect(answer.accepted + refused).toBe(names.length * timestamps.length);
        accepted += answer.accepted;
        if (answer.accepted > 0) for (const name of names) wanted[name]!.push(...timestamps);
      }
      for (const name of Object.keys(wanted)) expect(queue.timestampsOf(name)).toEqual(wanted[name]);
      const closed = { accepted, sent: accepted, merged: 0, lost: 0, pending: 0, pendingBytes: 0 };
      expect(producer.stats).toMatchObject(closed);
    }),
    { numRuns: 150 },
  );
});

test("a gauge may be NaN or infinite", async () => {
  const queue = new FakeQueue();
  const { producer } = producerOver(queue, { kind: "gauge" });
  const timestamps = [START_MS, START_MS + 1, START_MS + 2];
  const values = [Number.NaN, Number.NEGATIVE_INFINITY, "Infinity" as const];
  await producer.send({ metric: { __name__: "g" }, timestamps, values });
  await producer.flush();
  expect(queue.messages[0]!.series[0]!.values).toEqual([
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ]);
});

test("a thousand increments in one millisecond are one sample", async () => {
  const queue = new FakeQueue();
  const { producer } = producerOver(queue);
  for (let i = 0; i < 1000; i++) void producer.send({ metric: { __name__: "a_total" }, value: 1 });
  expect(await producer.flush()).toEqual({ sent: 1, unsent: 0, lost: 0 });
  expect(queue.messages[0]!.series).toMatchObject([{ timestamps: [START_MS], values: [1000] }]);
  expect(producer.stats).toMatchObject({ accepted: 1000, merged: 999, sent: 1, pending: 0, messages: 1 });
});

test("sends share messages, by group, kind, late and writer", async () => {
  const queue = new FakeQueue();
  const { producer } = producerOver(queue, { groups: 1, writer: "checkout" });
  for (let i = 0; i < 50; i++) void producer.send([one("a_total", i), one("b_total", i)]);
  void producer.send(one("g"), { kind: "gauge" });
  void producer.send(one("l"), { late: "restamp" });
  void producer.send(one("w"), { writer: "other" });
  await producer.flush();
  expect(queue.messages.map(({ kind, late, writer, samples }) => [kind, late, writer, samples])).toEqual([
    ["delta", "reject", "checkout", 100],
    ["gauge", "reject", "checkout", 1],
    ["delta", "restamp", "checkout", 1],
    ["delta", "reject", "other", 1],
  ]);
});

test("what is sent twice under one id is the same messages, by any producer, and shares none with others", async () => {
  // Two of them are one sample.
  const file = [...Array.from({ length: 20 }, (_, i) => one(`m${i}_total`, i)), one("m7_total", 7)];
  const id = "2015-05-17-10.be9ad643.gz";
  const queues = [new FakeQueue(), new FakeQueue()] as const;
  for (const queue of queues) {
    const { producer } = producerOver(queue);
    for (const one of file) void producer.send(one);
    void producer.send(file, { id });
    void producer.send(queue === queues[0] ? file : file.toReversed(), { id });
    await producer.close();
    expect(producer.stats.pending).toBe(0);
  }
  const [first, second] = queues.map(({ entries }) =>
    entries.filter(({ deduplicationId }) => deduplicationId.startsWith(id)),
  );
  expect(first!.map(({ deduplicationId }) => deduplicationId)).toContain(`${id}#0`);
  expect(new Set(second)).toEqual(new Set(first));
  for (const queue of queues) {
    const ofFile = queue.messages.filter((message) => message.id!.startsWith(id));
    expect(ofFile.reduce((sum, { samples }) => sum + samples, 0)).toBe(20);
  }
});

test("while the queue is down nothing is lost: what is unsent waits, is told, and goes with a later flush", async () => {
  const queue = new FakeQueue(DOWN);
  const { producer, errors } = producerOver(queue);
  await producer.send(one());
  expect(await producer.flush()).toEqual({ sent: 0, unsent: 1, lost: 0 });
  expect(queue.calls.length).toBe(5);
  expect(new Set(queue.calls.map(([entry]) => entry!.deduplicationId)).size).toBe(1);
  expect(errors).toMatchObject([{ fate: "waiting", samples: 1 }]);
  expect(errors[0]!.message).toBe("The queue has not taken 1 sample so far. Error: ServiceUnavailable");
  queue.behaviours = [];
  expect(await producer.flush()).toEqual({ sent: 1, unsent: 0, lost: 0 });
  expect(queue.entries).toHaveLength(1);
});

test.each([
  [
    "throws at once",
    () => {
      throw new Error("no socket");
    },
    "Error: no socket",
  ],
  ["rejects without a word", () => Promise.reject(undefined), "undefined"],
  [
    "finds none of a host's addresses",
    () => Promise.reject(new AggregateError([new Error("connect ECONNREFUSED ::1:443")])),
    "Error: connect ECONNREFUSED ::1:443",
  ],
])("a queue that %s is a queue that is down", async (_, send, words) => {
  const { producer, errors } = producerOver({ send });
  void producer.send(one());
  expect(await producer.flush()).toEqual({ sent: 0, unsent: 1, lost: 0 });
  expect(errors.map(({ message }) => message)).toEqual([`The queue has not taken 1 sample so far. ${words}`]);
});

test("a message that SQS refuses for good is counted and told, and does not stop those behind it", async () => {
  const queue = new FakeQueue([{ answer: "parts", failed: 1, senderFault: true }]);
  const { producer, errors } = producerOver(queue);
  void producer.send(one("a_total", 0), { id: "bad" });
  void producer.send(one("a_total", 1), { id: "good" });
  expect(await producer.flush()).toEqual({ sent: 1, unsent: 0, lost: 1 });
  expect(errors).toMatchObject([{ fate: "lost", samples: 1 }]);
  expect(queue.messages.map(({ id }) => id)).toEqual(["good#0"]);
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
