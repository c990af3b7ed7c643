import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DOWN, FakeQueue } from "../../test/fake-queue.ts";
import { metricsOver } from "../../test/over.ts";
import type { FlushResult } from "../producer.ts";
import { type FlushMetricsOptions, flushMetrics } from "./middleware.ts";

const SENT: FlushResult = { sent: 1, unsent: 0, lost: 0 };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** An invocation that may take so long, from now on. */
function lambdaContext(timeoutMs: number): Context {
  const endMs = Date.now() + timeoutMs;
  return { getRemainingTimeInMillis: () => endMs - Date.now() } as Context;
}

/** Something to flush that says when it was asked. */
function flushable(flush: () => Promise<FlushResult> = () => Promise.resolve(SENT)) {
  const startMs = Date.now();
  const flushedAtMs: number[] = [];
  const metrics = {
    flush: () => {
      flushedAtMs.push(Date.now() - startMs);
      return flush();
    },
  };
  const warnings: string[] = [];
  const onWarning = (sentence: string): void => void warnings.push(sentence);
  const use = (work: () => Promise<string>, options: FlushMetricsOptions = {}) =>
    middy(work).use(flushMetrics(metrics, { onWarning, ...options }));
  return { use, flushedAtMs, warnings };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test("what an invocation counted is in the queue before it answers, also when the handler throws", async () => {
  vi.useRealTimers();
  const queue = new FakeQueue();
  const { metrics } = metricsOver(queue);
  const orders = metrics.counter("orders_total");
  const handler = middy(async (event: string) => {
    orders.inc({ event });
    if (event === "bad") throw new Error("no such order");
    return event;
  }).use(flushMetrics(metrics));
  expect(await handler("good", lambdaContext(3000))).toBe("good");
  expect(queue.entries).toHaveLength(1);
  await expect(handler("bad", lambdaContext(3000))).rejects.toThrow("no such order");
  expect(queue.entries).toHaveLength(2);
});

test("before a timeout it flushes while the handler still runs", async () => {
  const { use, flushedAtMs } = flushable();
  const answer = use(() => sleep(60_000).then(() => "late"))({}, lambdaContext(10_000));
  await vi.advanceTimersByTimeAsync(9_999);
  expect(flushedAtMs).toEqual([9_000]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await answer).toBe("late");
});

test("a handler that ends in time is flushed once", async () => {
  const { use, flushedAtMs } = flushable();
  expect(await use(() => Promise.resolve("done"))({}, lambdaContext(10_000))).toBe("done");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(flushedAtMs).toEqual([0]);
});

test.each([
  { of: "a queue that does not answer", timeoutMs: 10_000, workMs: 0, answersAtMs: 1_000 },
  { of: "one that does not answer near the timeout", timeoutMs: 3_000, workMs: 2_800, answersAtMs: 2_950 },
  { of: "one that does not answer past the timeout", timeoutMs: 3_000, workMs: 3_100, answersAtMs: 3_100 },
])("$of holds the answer up for so long and no longer, and is told", async ({ timeoutMs, workMs, answersAtMs }) => {
  const { use, warnings } = flushable(() => new Promise(() => {}));
  const startMs = Date.now();
  const answer = use(() => sleep(workMs).then(() => "done"))({}, lambdaContext(timeoutMs)).then((text) => ({
    text,
    atMs: Date.now() - startMs,
  }));
  await vi.advanceTimersByTimeAsync(20_000);
  const { text, atMs } = await answer;
  expect(text).toBe("done");
  expect(atMs).toBeGreaterThanOrEqual(answersAtMs);
  expect(atMs).toBeLessThan(answersAtMs + 5);
  expect(warnings.at(-1)).toMatch(/^The flush did not end within \d+ ms: what is unsent goes with the next\.$/);
});

test("a flush that fails fails no handler", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const { use } = flushable(() => Promise.reject(new Error("no queue")));
  expect(await use(() => Promise.resolve("done"))({}, lambdaContext(1000))).toBe("done");
  expect(warn.mock.calls).toEqual([["penstock: A flush failed: Error: no queue"]]);
  const broken = flushable(() => Promise.resolve({ ...SENT, unsent: 3 }));
  const onWarning = (): void => {
    throw new Error("no log");
  };
  expect(await broken.use(() => Promise.resolve("done"), { onWarning })({}, lambdaContext(1000))).toBe("done");
});

test("what the queue did not take goes with the next invocation, once", async () => {
  vi.useRealTimers();
  const queue = new FakeQueue(DOWN);
  const { metrics } = metricsOver(queue);
  const orders = metrics.counter("orders_total");
  const warnings: string[] = [];
  const handler = middy(async () => orders.inc()).use(
    flushMetrics(metrics, { onWarning: (sentence) => warnings.push(sentence) }),
  );
  await handler({}, lambdaContext(3000));
  expect(warnings).toEqual(["The queue has not taken 1 sample so far: the next flush tries again."]);
  queue.behaviours = [];
  await handler({}, lambdaContext(3000));
  const values = queue.messages.flatMap(({ series }) => series.flatMap(({ values }) => values));
  expect(values).toEqual([1, 1]);
});

test("another middleware that answers early leaves no flush behind that nobody waits for", async () => {
  const { use, flushedAtMs } = flushable();
  const handler = use(() => Promise.resolve("done")).before(() => "cached");
  expect(await handler({}, lambdaContext(10_000))).toBe("cached");
  // middy calls nobody's `after` then: what was counted goes before the time-out that would have been.
  await vi.advanceTimersByTimeAsync(60_000);
  expect(flushedAtMs).toEqual([9_000]);
});

test("outside Lambda it flushes at the end", async () => {
  const { use, flushedAtMs } = flushable();
  expect(await use(() => Promise.resolve("done"))({}, {} as Context)).toBe("done");
  expect(flushedAtMs).toEqual([0]);
});
