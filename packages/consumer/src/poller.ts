import { setTimeout as sleep } from "node:timers/promises";
import type { Message, SQSClient } from "@aws-sdk/client-sqs";
import { backoffMs, type Clock, MAX_BATCH_ENTRIES } from "@penstock/model";
import { Consumer } from "sqs-consumer";
import type { Log } from "./log.ts";
import { SYSTEM_ATTRIBUTES } from "./records.ts";

/** SQS's longest: an empty receive is billed too. */
const WAIT_SECONDS = 20;
/** Between receives that fail, on top of what the AWS SDK waits between its own attempts. */
const FAILURE_BASE_MS = 200;
const FAILURE_MAX_MS = 10_000;
/** For the answer to a receive when a stop comes: messages that are on their way would otherwise be locked up for nothing. */
const LAST_RECEIVE_MS = 1_000;

export interface PollerOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly visibilityTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Resolves with the messages to delete. Must not reject. */
  readonly handle: (messages: readonly Message[]) => Promise<Message[]>;
}

/** Receives one batch after the other. */
export interface Poller {
  /** Why the last receive failed; undefined when it did not. */
  readonly failure: string | undefined;
  /** Finishes the batch in hand, or ends a receive that still waits after a second. Resolves when nothing goes on any more. */
  stop(): Promise<void>;
}

/** Starts to receive at once. */
export function startPoller(options: PollerOptions): Poller {
  const { client, queueUrl, visibilityTimeoutMs, clock, log, handle } = options;
  const stopping = new AbortController();
  let failures = 0;
  let failure: string | undefined;
  let batchInHand = false;
  let receive = Promise.withResolvers<void>();

  const consumer = Consumer.create({
    sqs: client,
    queueUrl,
    batchSize: MAX_BATCH_ENTRIES,
    messageSystemAttributeNames: [...SYSTEM_ATTRIBUTES],
    visibilityTimeout: visibilityTimeoutMs / 1000,
    waitTimeSeconds: WAIT_SECONDS,
    // Its warning is about single messages handled in parallel; whole batches, one at a time, keep a group's order.
    suppressFifoWarning: true,
    handleMessageBatch: (messages) => handle(messages),
    // Without it a stop would not wait for the batch in hand. A batch is not ours for longer.
    pollingCompleteWaitTimeMs: visibilityTimeoutMs,
    preReceiveMessageCallback: async () => {
      batchInHand = false;
      receive = Promise.withResolvers();
      if (failures === 0) return;
      const waitMs = backoffMs(failures, clock.random(), FAILURE_BASE_MS, FAILURE_MAX_MS);
      await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => {});
    },
    postReceiveMessageCallback: async () => {
      batchInHand = true;
      receive.resolve();
      failures = 0;
      failure = undefined;
    },
  });

  consumer.on("error", (error) => {
    if (batchInHand) {
      log.warn("Messages that were settled could not be deleted, and will come again", { error });
      return;
    }
    receive.resolve();
    if (stopping.signal.aborted) return;
    failures++;
    failure = error.message;
    log.error("The queue could not be read", { error });
  });
  consumer.start();

  return {
    get failure() {
      return failure;
    },
    async stop() {
      const { promise: stopped, resolve } = Promise.withResolvers<void>();
      consumer.once("stopped", () => resolve());
      stopping.abort();
      if (!batchInHand) await Promise.race([receive.promise, sleep(LAST_RECEIVE_MS)]);
      consumer.stop({ abort: !batchInHand });
      await stopped;
    },
  };
}
