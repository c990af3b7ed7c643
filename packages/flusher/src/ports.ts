import type { Clock, QueueEntry, Receiver } from "@penstock/model";

/** One SQS message as a consumer was handed it. */
export interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
  /** MessageGroupId: the lock on its series. */
  readonly group: string;
  /** MessageDeduplicationId: names the message when its body has no id. */
  readonly deduplicationId: string | undefined;
  /** SentTimestamp, milliseconds: when SQS took it, the same at every delivery. */
  readonly sentAtMs: number;
  /** ApproximateReceiveCount, 1 at the first delivery. */
  readonly receiveCount: number;
}

/** Where rejects go: a FIFO queue. */
export interface DeadLetters {
  /**
   * Queues the letters. Resolves with one entry per letter: undefined when it was taken, or why it was not.
   * Never rejects.
   */
  send(letters: readonly QueueEntry[]): Promise<readonly (string | undefined)[]>;
}

/** Everything outside a flush. */
export interface Ports {
  readonly receiver: Receiver;
  readonly deadLetters: DeadLetters;
  readonly clock: Clock;
}

/** What becomes of one record: taken off the queue, or returned to it. */
export type Settlement = { readonly status: "fulfilled" } | { readonly status: "returned"; readonly why: string };
