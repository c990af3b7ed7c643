import { createMetrics, type MetricsOptions } from "../src/instruments/metrics.ts";
import { createProducerOver } from "../src/producer.ts";
import type { ProducerError } from "../src/refusal.ts";
import type { ProducerSettings } from "../src/settings.ts";
import { type FakeQueue, START_MS, clock as stillClock } from "./fake-queue.ts";

/** A producer over a queue: only `flush` sends, and what goes wrong is in `errors`. */
export function producerOver({ send }: Pick<FakeQueue, "send">, settings: Partial<ProducerSettings> = {}) {
  const errors: ProducerError[] = [];
  const onError = (error: ProducerError): void => void errors.push(error);
  return {
    producer: createProducerOver(send, { clock: stillClock, flushIntervalMs: 0, onError, ...settings }),
    errors,
  };
}

/** Instruments over such a producer: only `flush` sends, and what was told is in `warnings`. */
export function metricsOver(queue: FakeQueue, options: MetricsOptions = {}, settings: Partial<ProducerSettings> = {}) {
  const warnings: string[] = [];
  const { producer } = producerOver(queue, settings);
  const metrics = createMetrics(producer, {
    clock: stillClock,
    flushIntervalMs: 0,
    instance: "test",
    onWarning: (sentence) => warnings.push(sentence),
    ...options,
  });
  return { metrics, producer, warnings };
}

/** All samples of the queue, in its order. */
export function samplesOf(queue: FakeQueue) {
  return queue.messages.flatMap(({ kind, late, series }) =>
    series.flatMap(({ key, timestamps, values }) =>
      values.map((value, i) => ({ key, kind, late, value, timestamp: timestamps[i]! })),
    ),
  );
}

/** What a receiver would sum up for each series. */
export function sumsOf(queue: FakeQueue): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { key, value } of samplesOf(queue)) sums.set(key, (sums.get(key) ?? 0) + value);
  return sums;
}

/** One sample, so many milliseconds after the start. */
export function one(
  name = "a_total",
  at = 0,
  value = 1,
): { metric: Record<string, string>; timestamp: number; value: number } {
  return { metric: { __name__: name }, timestamp: START_MS + at, value };
}
