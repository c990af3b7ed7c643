import { ChangeMessageVisibilityBatchCommand, type Message, type SQSClient } from "@aws-sdk/client-sqs";
import type { QueueRecord } from "@penstock/flusher";
import type { Clock } from "@penstock/model";
import type { Log } from "./log.ts";

const FIRST_RETRY_MS = 5_000;
/** For the one call that sets the retries of a batch; without it they come when their visibility ends. */
const CALL_TIMEOUT_MS = 2_000;

/** A message that was returned, with the record read from it. */
export interface Returned {
  readonly message: Message;
  readonly record: QueueRecord;
}

/**
 * Seconds until returned messages are tried again: about 5 s after the first delivery, twice that after each further one,
 * never more than the visibility timeout. Between half and all of it, so that consumers do not come back in step.
 *
 * @param random in [0, 1)
 */
export function retrySeconds(receiveCount: number, visibilityTimeoutMs: number, random: number): number {
  const ceilingMs = Math.min(visibilityTimeoutMs, FIRST_RETRY_MS * 2 ** (receiveCount - 1));
  return Math.max(1, Math.round(((1 + random) / 2) * (ceilingMs / 1000)));
}

/**
 * Lets returned messages come back before their visibility ends, so that a short outage stalls a series for seconds and not
 * for the whole timeout. The messages of a group get one delay, and while one is in flight SQS hands out none of its
 * group, so their order stands. Only for messages whose lock still holds. Never rejects.
 */
export async function retrySoon(
  returned: readonly Returned[],
  { client, queueUrl, visibilityTimeoutMs, clock, log }: RetryOptions,
): Promise<void> {
  if (returned.length === 0) return;
  const groups = Map.groupBy(returned, ({ record }) => record.group);
  const entries = [...groups.values()].flatMap((some) => {
    const receiveCount = Math.max(...some.map(({ record }) => record.receiveCount));
    const VisibilityTimeout = retrySeconds(receiveCount, visibilityTimeoutMs, clock.random());
    return some.map(({ message }) => ({ ReceiptHandle: message.ReceiptHandle, VisibilityTimeout }));
  });
  const command = new ChangeMessageVisibilityBatchCommand({
    QueueUrl: queueUrl,
    Entries: entries.map((entry, index) => ({ Id: String(index), ...entry })),
  });
  try {
    const { Failed = [] } = await client.send(command, { abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
    if (Failed.length > 0) log.warn("Some returned messages come back only when their visibility ends", { Failed });
  } catch (error) {
    log.warn("Returned messages come back only when their visibility ends", { error });
  }
}

export interface RetryOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly visibilityTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
}
