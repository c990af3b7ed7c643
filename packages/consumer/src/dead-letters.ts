import { SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { DEFAULT_OPTIONS, type DeadLetters } from "@penstock/flusher";
import {
  batchEntries,
  type Clock,
  failuresOf,
  packEntries,
  type QueueEntry,
  type SendBatch,
  sendEntries,
} from "@penstock/model";

/** For all letters of a flush: they and the answer to SQS share what the flusher keeps free before its deadline. */
const SEND_TIMEOUT_MS: number = DEFAULT_OPTIONS.settleReserveMs * 0.8;
/** Ten messages of 1 MiB, all of it rejected, are ten calls of about 50 ms or more. */
const CALLS_IN_FLIGHT = 4;
const ATTEMPTS = 3;
const BACKOFF_BASE_MS = 50;
const BACKOFF_MAX_MS = 200;

/**
 * The dead-letter queue on SQS. A send takes at most {@link SEND_TIMEOUT_MS}; letters that were not taken by then are
 * said to be so, and sent again with their record's next delivery under the same deduplication ids.
 */
export function sqsDeadLetters(client: SQSClient, queueUrl: string, clock: Clock): DeadLetters {
  return {
    async send(letters) {
      const calls = packEntries(letters);
      const send = sqsSendBatch(client, queueUrl, AbortSignal.timeout(SEND_TIMEOUT_MS));
      const options = { clock, attempts: ATTEMPTS, baseMs: BACKOFF_BASE_MS, maxMs: BACKOFF_MAX_MS };
      const unsent = new Map<QueueEntry, string>();
      await inParallel(calls, CALLS_IN_FLIGHT, async (call) => {
        for (const { entry, detail } of await sendEntries(call, send, options)) unsent.set(entry, detail);
      });
      return letters.map((letter) => unsent.get(letter));
    },
  };
}

function sqsSendBatch(client: SQSClient, queueUrl: string, signal: AbortSignal): SendBatch {
  return async (entries) => {
    signal.throwIfAborted();
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: batchEntries(entries) });
    return failuresOf(await client.send(command, { abortSignal: signal }), entries.length);
  };
}

async function inParallel<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  // One iterator for all, so that each takes what is next.
  const next = items.values();
  const takeAll = async (): Promise<void> => {
    for (const item of next) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, takeAll));
}
