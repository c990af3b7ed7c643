export type { SampleInput, SeriesInput } from "./check.ts";
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
