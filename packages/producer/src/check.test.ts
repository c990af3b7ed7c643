import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { clock, FakeQueue, START_MS } from "../test/fake-queue.ts";
import { producerOver } from "../test/over.ts";
import { createProducer, createProducerOver } from "./producer.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("what no receiver would take is refused at once, with the reason, and the good samples beside it go on", async () => {
  const queue = new FakeQueue();
  const { producer, errors } = producerOver(queue);
  const good = [START_MS, START_MS + 1];
  const result = await producer.send([
    { metric: { __name__: "seconds" }, timestamps: [1_795_475_070, ...good, 12], values: [1, 2, 3, 4] },
    { metric: { __name__: "reserved", _unique_id: "1" }, timestamps: good, values: [1, 2] },
    { metric: { __name__: "number", code: 200 as never }, timestamps: good, values: [1, 2] },
    { metric: { __name__: "infinite" }, timestamps: good, values: [Number.POSITIVE_INFINITY, 2] },
    { metric: { __name__: "text" }, timestamps: good, values: ["3" as never, 2] },
    { metric: { __name__: "uneven" }, timestamps: good, values: [1] },
    { metric: { path: "/" }, timestamps: good, values: [1, 2] },
  ]);
  expect(result.accepted).toBe(4);
  expect(result.refused.map(({ metric, reason, samples }) => [metric?.__name__, reason, samples])).toEqual([
    ["seconds", "timestamp_invalid", 2],
    ["reserved", "label_reserved", 2],
    [undefined, "series_malformed", 2],
    ["infinite", "value_invalid", 1],
    ["text", "value_invalid", 1],
    ["uneven", "series_malformed", 2],
    [undefined, "missing_metric_name", 2],
  ]);
  expect(result.refused[0]!.detail).toContain("looks like seconds");
  expect(producer.stats).toMatchObject({ accepted: 4, refused: 12 });
  expect(errors.map(({ samples }) => samples)).toEqual([2, 2, 2, 1, 1, 2, 2]);
  expect(errors[1]!.stack).toContain(fileURLToPath(import.meta.url));
  await producer.flush();
  const queued = queue.messages.flatMap(({ series }) => series.map(({ key, timestamps }) => [key, timestamps]));
  expect(Object.fromEntries(queued)).toEqual({
    '{__name__="seconds"}': good,
    '{__name__="infinite"}': [good[1]],
    '{__name__="text"}': [good[1]],
  });
});

test("nothing a caller hands in makes `send` throw or reject, open or closed", async () => {
  const { producer } = producerOver(new FakeQueue());
  const closed = producerOver(new FakeQueue()).producer;
  await closed.close();
  const anything = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withSparseArray: true });
  const shape = { metric: anything, timestamps: anything, values: anything, value: anything };
  const nearly = fc.record(shape, { requiredKeys: [] });
  const trap = new Proxy(
    {},
    {
      get: () => {
        throw new Error("a trap");
      },
    },
  );
  const input = fc.oneof(anything, nearly, fc.constant(trap));
  await fc.assert(
    fc.asyncProperty(
      input,
      fc.oneof(
        anything.map((id) => ({ id })),
        fc.constant(null),
      ),
      async (one, options) => {
        for (const each of [producer, closed]) {
          expect(await each.send(one as never, options as never)).toMatchObject({ accepted: 0 });
        }
      },
    ),
  );
});

test("an `id` that is none is refused: samples under the id `null` would be one message, sent once", async () => {
  const { producer } = producerOver(new FakeQueue());
  expect(await producer.send({ metric: { __name__: "a" }, value: 1 }, { id: null as never })).toMatchObject({
    accepted: 0,
    refused: [{ reason: "message_malformed", detail: expect.stringContaining("`id`") }],
  });
});

test("a series that cannot be read leaves those beside it alone", async () => {
  const { producer } = producerOver(new FakeQueue());
  const trap = new Proxy(
    {},
    {
      get: () => {
        throw new Error("a trap");
      },
    },
  );
  const result = await producer.send([trap as never, { metric: { __name__: "a" }, value: 1 }]);
  expect(result).toMatchObject({ accepted: 1, refused: [{ reason: "series_malformed", samples: 1 }] });
  expect(result.refused[0]!.detail).toContain("a trap");
});

test("a broken `onError` breaks nothing", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const { producer } = producerOver(new FakeQueue(), {
    onError: () => {
      throw new Error("no log");
    },
  });
  expect(await producer.send({ metric: {}, value: 1 })).toMatchObject({ accepted: 0 });
  expect(warn.mock.calls[0]![0]).toContain("no log");
});

test("without `onError` the console hears of a mistake, once a minute", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  let now = START_MS;
  const producer = createProducerOver(async () => [], {
    clock: { ...clock, now: () => now },
    flushIntervalMs: 0,
  });
  for (let i = 0; i < 100; i++) void producer.send({ metric: {}, value: 1 });
  expect(warn).toHaveBeenCalledTimes(1);
  now += 60_000;
  await producer.send({ metric: {}, value: 1 });
  expect(warn.mock.calls.map(([line]) => line)).toEqual([
    "penstock: missing_metric_name: Expected a label `__name__` that is not empty. 1 sample refused.",
    "penstock: missing_metric_name: Expected a label `__name__` that is not empty. 1 sample refused. (and 99 more like it since the last line)",
  ]);
});

test("an option that is no good is refused at the start, in a sentence", () => {
  expect(() => createProducer({ queueUrl: "https://sqs.eu-west-1.amazonaws.com/1/queue" })).toThrow(
    'Expected `queueUrl` to be the URL of a FIFO queue, ending in .fifo, got "https://sqs.eu-west-1.amazonaws.com/1/queue"',
  );
  const queueUrl = "https://sqs.eu-west-1.amazonaws.com/1/queue.fifo";
  expect(() => createProducer({ queueUrl, groups: 0 })).toThrow(
    "Expected `groups` to be an integer from 1 to 4294967296, got `0`",
  );
  expect(() => createProducer({ queueUrl, kind: "sum" as never })).toThrow(
    'Expected `kind` to be one of delta, gauge, cumulative, got "sum"',
  );
  expect(() => createProducer({ queueUrl, maxMessageBytes: 1e9 })).toThrow("Expected `maxMessageBytes`");
});
