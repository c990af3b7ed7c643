import { DeleteMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { createHandler, createProcess } from "@penstock/consumer";
import type { Ports, Report } from "@penstock/flusher";
import type { Context, SQSEvent } from "aws-lambda";
import { lockEndMs } from "../../packages/consumer/src/lock.ts";
import { fromMessage } from "../../packages/consumer/src/records.ts";
import { retrySoon } from "../../packages/consumer/src/retry.ts";
import type { Delivery } from "../../packages/local/src/queue/message.ts";
import { toMessage, toRecord } from "./deliveries.ts";
import type { Network } from "./network.ts";
import type { Queues } from "./queues.ts";
import type { Scheduler } from "./scheduler.ts";
import type { World } from "./world.ts";

/** The worker's two last calls to the queue take no longer. */
const SETTLE_WITHIN_MS = 7_000;
const QUEUE_URL = "https://sqs/penstock.fifo";

const quiet = (): void => {};
const LOG = { debug: quiet, info: quiet, warn: quiet, error: quiet, addContext: quiet };

/** How an environment takes a batch through the real consumer: one batch after the other. */
export interface Way {
  /** Returns the message ids that go back to the queue. */
  process(batch: readonly Delivery[]): Promise<ReadonlySet<string>>;
  /** Tells the queue what became of them; false when that took too long. */
  settle(batch: readonly Delivery[], failed: ReadonlySet<string>): Promise<boolean>;
}

interface Host {
  readonly world: World;
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly queues: Queues;
  readonly ports: Ports;
  readonly client: SQSClient;
  readonly onReport: (report: Report) => void;
}

/** The handler in a function behind an event source mapping, which deletes what was not reported as failed. */
export function lambda({ world, scheduler, network, queues, ports, onReport }: Host): Way {
  const { flusher, visibilityMs: visibilityTimeoutMs, invocationMs } = world.consumers;
  const handler = createHandler({ ports, visibilityTimeoutMs, flusher, logger: LOG as never, onReport });
  return {
    async process(batch) {
      const startedMs = scheduler.now();
      const event = { Records: batch.map(toRecord) } as SQSEvent;
      const context = { getRemainingTimeInMillis: () => startedMs + invocationMs - scheduler.now() } as Context;
      const { batchItemFailures } = await handler(event, context);
      return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    },
    async settle(batch, failed) {
      for (const { messageId, receiptHandle } of batch) {
        if (failed.has(messageId)) continue;
        queues.call(() => queues.delete(receiptHandle), network.faults.queueFails, quiet, quiet);
      }
      return true;
    },
  };
}

/** The worker, which re-times what is returned and then deletes the rest. */
export function worker({ world, ports, client, onReport }: Host): Way {
  const { flusher, visibilityMs: visibilityTimeoutMs } = world.consumers;
  const { clock } = ports;
  const processBatch = createProcess({ ports, flusher, log: LOG, onReport });
  let deadlineMs = 0;
  return {
    async process(batch) {
      deadlineMs = lockEndMs(clock.now(), visibilityTimeoutMs);
      const records = batch.map(toQueueRecord);
      const settlements = await processBatch(records, deadlineMs);
      const isReturned = (_: unknown, i: number): boolean => settlements[i]!.status === "returned";
      return new Set(records.filter(isReturned).map(({ messageId }) => messageId));
    },
    async settle(batch, failed) {
      const returned = batch.filter(({ messageId }) => failed.has(messageId));
      if (clock.now() < deadlineMs) {
        const messages = returned.map((one) => ({ message: toMessage(one), record: toQueueRecord(one) }));
        await retrySoon(messages, { client, queueUrl: QUEUE_URL, visibilityTimeoutMs, clock, log: LOG });
      }
      const Entries = batch
        .filter(({ messageId }) => !failed.has(messageId))
        .map(({ receiptHandle }, i) => ({ Id: String(i), ReceiptHandle: receiptHandle }));
      if (Entries.length > 0) {
        await client.send(new DeleteMessageBatchCommand({ QueueUrl: QUEUE_URL, Entries })).catch(quiet);
      }
      return clock.now() <= deadlineMs + SETTLE_WITHIN_MS;
    },
  };
}

function toQueueRecord(delivery: Delivery): Extract<ReturnType<typeof fromMessage>, { body: string }> {
  return fromMessage(toMessage(delivery)) as Extract<ReturnType<typeof fromMessage>, { body: string }>;
}
