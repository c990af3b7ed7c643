import type { SQSClient } from "@aws-sdk/client-sqs";
import { type Kind, type Late, type SendBatch, show } from "@penstock/model";
import type { SeriesInput } from "./check.ts";
import { Engine } from "./engine.ts";
import type { Refusal } from "./refusal.ts";
import type { ProducerSettings } from "./settings.ts";
import { sqsClientFor, sqsSendBatch } from "./sqs.ts";

/** What `createProducer` needs to know: the queue, and whatever of {@link ProducerSettings} is not as you like it. */
export interface ProducerOptions extends Partial<ProducerSettings> {
  /** The URL of a FIFO queue. */
  readonly queueUrl: string;
  /** An SQS client of your own. Better with `maxAttempts: 1`: the producer retries by itself. One with short timeouts is made by default. */
  readonly client?: SQSClient;
}

/** What may be said of one send; what is not said is as in the producer's settings. */
export interface SendOptions {
  /** What the samples mean: `delta` adds up, `gauge` is a value now, `cumulative` is a count since its writer's start. */
  readonly kind?: Kind;
  /** What becomes of samples that come too late for their own time: `reject`, or `restamp` to the time of their message. */
  readonly late?: Late;
  /** Who sends, for operators. */
  readonly writer?: string;
  /**
   * Names these samples for good: sent again under the same id, even by another process a day later, they count once.
   * They then share no message with other sends, and are cut the same way every time, as long as `groups` and
   * `maxMessageBytes` stay the same. At most 495 characters.
   */
  readonly id?: string;
}

/** What became of one send. */
export interface SendResult {
  /** Samples that are on their way. */
  readonly accepted: number;
  /** Samples that are not, and why. */
  readonly refused: readonly Refusal[];
}

/** What a flush did. `unsent` above 0: try again later, or say so before the process ends. */
export interface FlushResult {
  /** Samples the queue took while this flush ran. */
  readonly sent: number;
  /** Samples handed in before it that the queue did not take. They wait for another flush. */
  readonly unsent: number;
  /** Samples that SQS refused for good while this flush ran. */
  readonly lost: number;
}

/** Counts of samples since the start. `accepted = merged + sent + lost + pending`, always. */
export interface ProducerStats {
  /** Taken by `send`. */
  readonly accepted: number;
  /** Not taken by `send`. */
  readonly refused: number;
  /** Made one with another sample of the series at the same millisecond. */
  readonly merged: number;
  /** Taken by the queue. */
  readonly sent: number;
  /** Refused by SQS for good. */
  readonly lost: number;
  /** Waiting for the queue. */
  readonly pending: number;
  /** Bytes that the pending take, as JSON or in gzip form. */
  readonly pendingBytes: number;
  /** Messages the queue took. */
  readonly messages: number;
}

/** Sends metric samples to a Penstock queue. */
export interface Producer {
  /**
   * Hands in samples. Never throws and never rejects: a service must not notice that its metrics are in trouble. Samples
   * that no receiver would ever take (labels, timestamps and values by the consumer's own rules), and samples for which
   * there is no room, are refused: named in the result, counted in `stats`, told to `onError` as an error whose stack
   * leads to the caller. The good ones of the same send go on.
   *
   * The promise resolves at once while there is room, and otherwise when there is some. Await it where you can slow down
   * (a file, a replay); where you cannot (a request), do not await it: a bounded number of sends then waits by itself.
   */
  send(series: SeriesInput | readonly SeriesInput[], options?: SendOptions): Promise<SendResult>;
  /**
   * Resolves when everything handed in before was taken by the queue, or given up for now after some attempts. Never
   * rejects: what could not be sent is counted in the result and waits for another flush.
   */
  flush(): Promise<FlushResult>;
  /**
   * Flushes, and refuses every send from now on, and at the end those that still wait for room. What is unsent then can
   * still be flushed, as often as there is time for it. Closing twice flushes twice.
   */
  close(): Promise<FlushResult>;
  /** As of now. */
  readonly stats: ProducerStats;
}

/**
 * A producer for a queue in SQS. While samples wait it keeps the process alive; `close` it at the end.
 *
 * @throws TypeError, RangeError when an option is no good
 * @example
 * const producer = createProducer({ queueUrl: process.env.QUEUE_URL!, writer: "checkout" });
 * void producer.send({ metric: { __name__: "orders_total", currency: "EUR" }, value: 1 });
 * await producer.close(); // at the end of the process
 */
export function createProducer({ queueUrl, client, ...settings }: ProducerOptions): Producer {
  if (typeof queueUrl !== "string" || !URL.canParse(queueUrl) || !queueUrl.endsWith(".fifo")) {
    throw new TypeError(`Expected \`queueUrl\` to be the URL of a FIFO queue, ending in .fifo, got ${show(queueUrl)}`);
  }
  return createProducerOver(sqsSendBatch(client ?? sqsClientFor(queueUrl), queueUrl), settings);
}

/**
 * A producer for any FIFO queue, such as one in a test.
 *
 * @param queue one SendMessageBatch; see `sqsSendBatch` for that of SQS
 * @throws TypeError, RangeError when a setting is no good
 */
export function createProducerOver(queue: SendBatch, settings: Partial<ProducerSettings> = {}): Producer {
  return new Engine(queue, settings);
}
