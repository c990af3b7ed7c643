import type { Message, MessageSystemAttributeName } from "@aws-sdk/client-sqs";
import type { QueueRecord } from "@penstock/flusher";
import { show } from "@penstock/model";
import type { SQSRecord } from "aws-lambda";

/** What a receive must ask SQS for; Lambda gets everything without asking. */
export const SYSTEM_ATTRIBUTES: readonly MessageSystemAttributeName[] = [
  "MessageGroupId",
  "MessageDeduplicationId",
  "SentTimestamp",
  "ApproximateReceiveCount",
];

/** A message without an attribute that SQS always has: its queue is not FIFO, or the receive did not ask. */
export interface Unreadable {
  readonly messageId: string;
  /** A sentence. */
  readonly unreadable: string;
}

export function isReadable(record: QueueRecord | Unreadable): record is QueueRecord {
  return !("unreadable" in record);
}

/** A record of a Lambda event. Never throws. */
export function fromEvent({ messageId, body, attributes }: SQSRecord): QueueRecord | Unreadable {
  return readRecord(messageId, body, attributes);
}

/** A message that a receive with {@link SYSTEM_ATTRIBUTES} returned. Never throws. */
export function fromMessage({ MessageId = "", Body = "", Attributes = {} }: Message): QueueRecord | Unreadable {
  return readRecord(MessageId, Body, Attributes);
}

type Attributes = Readonly<Partial<Record<MessageSystemAttributeName, string | undefined>>>;

function readRecord(messageId: string, body: string, attributes: Attributes = {}): QueueRecord | Unreadable {
  const { MessageGroupId: group, MessageDeduplicationId: deduplicationId } = attributes;
  if (!group) {
    // No group could stand in for it: only SQS's lock on a group keeps two consumers from writing one series at a time.
    const cure = "the source must be a FIFO queue, whose message groups are the locks on the series";
    return { messageId, unreadable: `Expected message ${messageId} to have a \`MessageGroupId\`, got none: ${cure}` };
  }
  const sentAtMs = readCount(attributes.SentTimestamp);
  const receiveCount = readCount(attributes.ApproximateReceiveCount);
  if (sentAtMs === undefined) return incomplete(messageId, "SentTimestamp", attributes);
  if (receiveCount === undefined) return incomplete(messageId, "ApproximateReceiveCount", attributes);
  return { messageId, body, group, deduplicationId, sentAtMs, receiveCount };
}

function readCount(text: string | undefined): number | undefined {
  // Fifteen digits are exact in a number, and no time in milliseconds has more.
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

function incomplete(messageId: string, name: MessageSystemAttributeName, attributes: Attributes): Unreadable {
  const got = attributes[name] === undefined ? "nothing" : show(attributes[name]);
  return { messageId, unreadable: `Expected \`${name}\` of message ${messageId} to be a whole number, got ${got}` };
}
