/** Bounds of SQS FIFO queues beyond those in `@penstock/model`, with their sources. */

/** Messages in flight of one FIFO queue; at the limit a receive returns nothing, without an error (SQS quotas, FIFO). */
export const MAX_IN_FLIGHT = 120_000;

/** VisibilityTimeout, and all extensions of one delivery together: 12 hours (ChangeMessageVisibility). */
export const MAX_VISIBILITY_MS: number = 12 * 60 * 60_000;

/** DelaySeconds of a queue: 15 minutes (CreateQueue). */
export const MAX_DELAY_MS: number = 15 * 60_000;

/** MessageRetentionPeriod: one minute to 14 days (CreateQueue). */
export const MIN_RETENTION_MS = 60_000;
export const MAX_RETENTION_MS: number = 14 * 24 * 60 * 60_000;

/** WaitTimeSeconds and ReceiveMessageWaitTimeSeconds: 20 seconds (ReceiveMessage). */
export const MAX_WAIT_MS = 20_000;

/** MaximumMessageSize may be lowered to this (CreateQueue). */
export const MIN_MAX_MESSAGE_BYTES = 1024;

/** maxReceiveCount of a redrive policy: 1 to 1,000 (SQS developer guide, dead-letter queues). */
export const MAX_RECEIVE_COUNT = 1000;

/** A queue name, its `.fifo` included, and an Id of a batch entry (CreateQueue, SendMessageBatchRequestEntry). */
export const MAX_NAME_LENGTH = 80;

/** Message attributes of one message, and the length of a name (SQS developer guide, message attributes). */
export const MAX_MESSAGE_ATTRIBUTES = 10;
export const MAX_ATTRIBUTE_NAME_LENGTH = 256;

/** A deleted queue's name is free again after this (DeleteQueue). */
export const NAME_REUSE_MS = 60_000;

/** PurgeQueue is refused more often than this (PurgeQueue, PurgeQueueInProgress). */
export const PURGE_INTERVAL_MS = 60_000;

/** Messages per second of a move task, and without a rate of its own (StartMessageMoveTask). */
export const MAX_MOVE_RATE = 500;

/** Move tasks remembered per source queue (ListMessageMoveTasks lists up to ten). */
export const MAX_LISTED_MOVE_TASKS = 10;

/** ReceiveRequestAttemptId is good for five minutes (ReceiveMessage). */
export const RECEIVE_ATTEMPT_WINDOW_MS: number = 5 * 60_000;

/** Queues in one page of a listing (ListQueues). */
export const MAX_LISTED_QUEUES = 1000;
