import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { anyBehaviour, DOWN, FakeQueue, START_MS } from "../test/fake-queue.ts";
import { one, producerOver } from "../test/over.ts";
import type { SendResult } from "./producer.ts";

afterEach(() => {
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
