import type { FifoQueue } from "./queue.ts";

/** What a queue has from its account. */
export interface Surroundings {
  /** Epoch milliseconds. */
  now(): number;
  newMessageId(): string;
  newSequenceNumber(): string;
  queueByArn(arn: string): FifoQueue | undefined;
  /** Called after every operation that may have changed something. */
  changed(): void;
}
