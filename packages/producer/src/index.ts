export type { SampleInput, SeriesInput } from "./check.ts";
export {
  type ExpositionSample,
  type ExpositionType,
  kindOfType,
  MAX_EXPOSITION_LINE_LENGTH,
  parseExposition,
  parseExpositionLine,
  type TypedSample,
} from "./exposition.ts";
export { type Buckets, buckets, DEFAULT_BUCKETS } from "./instruments/buckets.ts";
export type { Counter } from "./instruments/counter.ts";
export { formatFloat } from "./instruments/float.ts";
export type { Gauge } from "./instruments/gauge.ts";
export type { Histogram } from "./instruments/histogram.ts";
export type { LabelValues } from "./instruments/labels.ts";
export { createMetrics, type Metrics, type MetricsOptions, type MetricsStats } from "./instruments/metrics.ts";
export {
  type Flushable,
  type FlushMetricsOptions,
  type FlushMiddleware,
  flushMetrics,
} from "./instruments/middleware.ts";
export type { PromClientMetric, PromClientRegistry, PromClientValue } from "./instruments/prom-client.ts";
export { type Closable, closeOnSignal } from "./instruments/shutdown.ts";
export {
  createProducer,
  createProducerOver,
  type FlushResult,
  type Producer,
  type ProducerOptions,
  type ProducerStats,
  type SendOptions,
  type SendResult,
} from "./producer.ts";
export { type Fate, ProducerError, type Refusal, type RefusalReason } from "./refusal.ts";
export type { ProducerSettings } from "./settings.ts";
export { sqsClientFor, sqsSendBatch } from "./sqs.ts";
