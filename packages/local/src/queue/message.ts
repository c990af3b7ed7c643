import type { Place } from "./linked-list.ts";
import type { MessageAttributes } from "./message-attributes.ts";
import type { Timed } from "./timer-heap.ts";

/** A message in a queue, as anyone may see it. */
export interface QueuedMessage {
  readonly messageId: string;
  readonly body: string;
  /** MessageGroupId. */
  readonly group: string;
  /** MessageDeduplicationId. */
  readonly deduplicationId: string;
  readonly attributes: MessageAttributes | undefined;
  /** Increases within the queue. */
  readonly sequenceNumber: string;
  /** SentTimestamp, epoch milliseconds: when this queue took it. */
  readonly sentAtMs: number;
  /** ApproximateReceiveCount: deliveries, those from the queue it was dead-lettered from included. */
  readonly receiveCount: number;
  /** ApproximateFirstReceiveTimestamp, epoch milliseconds. */
  readonly firstReceivedAtMs: number | undefined;
  /** DeadLetterQueueSourceArn: the queue whose redrive policy moved it here. */
  readonly deadLetterSourceArn: string | undefined;
}

/** A message as a receive hands it out. A `QueueRecord` of `@penstock/flusher` can be read from it. */
export interface Delivery extends QueuedMessage {
  readonly receiptHandle: string;
  readonly firstReceivedAtMs: number;
}

/**
 * - `delayed`: the queue's delay has not run out.
 * - `waiting`: to be delivered, once nothing of its group is in flight.
 * - `in-flight`: delivered, and its visibility timeout has not run out; `dueMs` says when it does.
 * - `gone`: deleted, expired or moved to another queue.
 */
type Stage = "delayed" | "waiting" | "in-flight" | "gone";

/** A message in a queue, as the queue keeps it. */
export interface StoredMessage extends QueuedMessage, Timed {
  receiveCount: number;
  firstReceivedAtMs: number | undefined;
  /** Deliveries from other queues before this one: the redrive policy does not count them. */
  readonly receiveCountBefore: number;
  /** When it was delivered last. */
  receivedAtMs: number;
  stage: Stage;
  /** Among all messages of the queue, oldest first. */
  arrival: Place<StoredMessage> | undefined;
  /** Among its group's messages, or among the delayed ones. */
  place: Place<StoredMessage> | undefined;
}

/** What a queue is given when it takes a message. */
export interface NewMessage
  extends Pick<QueuedMessage, "messageId" | "body" | "group" | "deduplicationId" | "attributes"> {
  /** 0 by default. */
  readonly receiveCount?: number;
  readonly deadLetterSourceArn?: string;
}

export function storedOf(message: NewMessage, sequenceNumber: string, sentAtMs: number): StoredMessage {
  const { receiveCount = 0, deadLetterSourceArn } = message;
  return {
    messageId: message.messageId,
    body: message.body,
    group: message.group,
    deduplicationId: message.deduplicationId,
    attributes: message.attributes,
    sequenceNumber,
    sentAtMs,
    receiveCount,
    receiveCountBefore: receiveCount,
    firstReceivedAtMs: undefined,
    receivedAtMs: sentAtMs,
    deadLetterSourceArn,
    stage: "delayed",
    arrival: undefined,
    place: undefined,
    dueMs: Infinity,
    slot: -1,
  };
}

/** The message as it is now, apart from the queue. */
export function viewOf(message: StoredMessage): QueuedMessage {
  const { messageId, body, group, deduplicationId, attributes, sequenceNumber, sentAtMs } = message;
  const { receiveCount, firstReceivedAtMs, deadLetterSourceArn } = message;
  return {
    messageId,
    body,
    group,
    deduplicationId,
    attributes,
    sequenceNumber,
    sentAtMs,
    receiveCount,
    firstReceivedAtMs,
    deadLetterSourceArn,
  };
}
