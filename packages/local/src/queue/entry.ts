import { createHash } from "node:crypto";
import { cut, MAX_BATCH_ENTRIES, MAX_MESSAGE_BYTES, MAX_QUEUE_ID_LENGTH } from "@penstock/model";
import {
  batchTooLong,
  emptyBatch,
  invalidMessageContents,
  invalidParameter,
  messageTooLong,
  missingParameter,
  type QueueError,
  tooManyEntries,
} from "./errors.ts";
import { checkMessageAttributes, type MessageAttributes, messageAttributesBytes } from "./message-attributes.ts";
import type { QueueSettings } from "./settings.ts";

/** A message on its way in. A `QueueEntry` of `@penstock/model` is one. */
export interface SendEntry {
  readonly body: string;
  /** MessageGroupId. */
  readonly group: string;
  /** MessageDeduplicationId; may be left out where the queue deduplicates by content. */
  readonly deduplicationId?: string | undefined;
  readonly attributes?: MessageAttributes | undefined;
  /** A FIFO queue refuses any but 0: its delay is the queue's. */
  readonly delaySeconds?: number | undefined;
}

/** A message that was taken, or known already. */
export interface Sent {
  readonly messageId: string;
  readonly sequenceNumber: string;
  /** Its deduplication id was known: nothing was queued, and the ids are those of the message that has it. */
  readonly duplicate: boolean;
}

/** What became of one entry of a call. */
export type SendOutcome = ({ readonly ok: true } & Sent) | { readonly ok: false; readonly error: QueueError };

/** What SQS checks of a call before it looks at an entry: these fail the call as a whole. */
export function checkCall(entries: readonly SendEntry[], settings: QueueSettings): void {
  if (entries.length === 0) throw emptyBatch();
  if (entries.length > MAX_BATCH_ENTRIES) throw tooManyEntries(MAX_BATCH_ENTRIES, entries.length);
  let bytes = 0;
  for (const entry of entries) bytes += entryBytes(entry);
  if (bytes > MAX_MESSAGE_BYTES) throw batchTooLong(MAX_MESSAGE_BYTES, bytes);
  for (const entry of entries) {
    // In a batch too these fail the call, not the entry, under this code (recorded from AWS, 2023-11).
    if (!entry.group) throw invalidParameter(missingParameter("MessageGroupId").message);
    if (!entry.deduplicationId) checkContentBased(settings);
  }
}

/** What SQS checks of one entry. */
export function checkEntry(entry: SendEntry, settings: QueueSettings): void {
  const { body, group, deduplicationId, attributes, delaySeconds } = entry;
  if (!body) throw missingParameter("MessageBody");
  if (!group) throw missingParameter("MessageGroupId");
  if (!deduplicationId) checkContentBased(settings);
  if (delaySeconds) {
    const reason = "The request include parameter that is not valid for this queue type.";
    throw invalidParameter(`Value ${delaySeconds} for parameter DelaySeconds is invalid. Reason: ${reason}`);
  }
  checkId("MessageGroupId", group);
  if (deduplicationId) checkId("MessageDeduplicationId", deduplicationId);
  if (attributes) checkMessageAttributes(attributes);
  if (entryBytes(entry) > settings.maxMessageBytes) throw messageTooLong(settings.maxMessageBytes);
  if (FORBIDDEN.test(body)) throw invalidMessageContents();
}

/** The deduplication id given, or the SHA-256 of the body alone: message attributes do not count. */
export function deduplicationIdOf({ body, deduplicationId }: SendEntry): string {
  return deduplicationId || createHash("sha256").update(body).digest("hex");
}

/** What is not #x9 | #xA | #xD | #x20–#xD7FF | #xE000–#xFFFD | #x10000–#x10FFFF (SendMessage). */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/** Alphanumerics and ASCII punctuation: no space, nothing outside ASCII (SQS quotas for messages). */
const ID = new RegExp(`^[!-~]{1,${MAX_QUEUE_ID_LENGTH}}$`);

function checkId(parameter: string, value: string): void {
  if (ID.test(value)) return;
  const reason = `${parameter} can only include alphanumeric and punctuation characters. 1 to ${MAX_QUEUE_ID_LENGTH} in length.`;
  throw invalidParameter(
    `Value ${cut(value, MAX_QUEUE_ID_LENGTH)} for parameter ${parameter} is invalid. Reason: ${reason}`,
  );
}

function checkContentBased(settings: QueueSettings): void {
  if (settings.contentBasedDeduplication) return;
  throw invalidParameter(
    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
  );
}

/** Name, type and value of every message attribute count towards the size, as the body does. */
function entryBytes({ body, attributes }: SendEntry): number {
  return Buffer.byteLength(body) + (attributes ? messageAttributesBytes(attributes) : 0);
}
