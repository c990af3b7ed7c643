import { createHash } from "node:crypto";
import { ACCOUNT_ID } from "../account.ts";
import { MAX_WAIT_MS } from "../limits.ts";
import type { Delivery } from "../message.ts";
import { chooseMessageAttributes, digestOfMessageAttributes } from "../message-attributes.ts";
import { checkRange } from "../ranges.ts";
import { type Action, queueOf } from "./action.ts";
import { answerBatch, batchEntries } from "./batch.ts";
import { integer, optionalInteger, optionalSeconds, optionalText, type Params, text, texts } from "./params.ts";

/** ReceiveMessage, and what is done with a delivery. */
export const RECEIVE_ACTIONS: Readonly<Record<string, Action>> = {
  ReceiveMessage: async (params, context) => {
    const queue = queueOf(params, context);
    const waitMs = optionalSeconds(params, "WaitTimeSeconds") ?? queue.settings.waitMs;
    checkRange("WaitTimeSeconds", waitMs / 1000, 0, MAX_WAIT_MS / 1000);
    const options = {
      max: optionalInteger(params, "MaxNumberOfMessages") ?? 1,
      visibilityTimeoutMs: optionalSeconds(params, "VisibilityTimeout"),
      attemptId: optionalText(params, "ReceiveRequestAttemptId"),
    };
    const now = queue.receive(options);
    const deliveries =
      now.length > 0 || waitMs === 0 ? now : await context.longPolls.wait(queue, options, waitMs, context.signal);
    const wanted = wantedOf(params);
    return deliveries.length > 0 ? { Messages: deliveries.map((delivery) => messageOf(delivery, wanted)) } : {};
  },

  DeleteMessage: (params, context) => {
    queueOf(params, context).delete(text(params, "ReceiptHandle"));
    return {};
  },

  DeleteMessageBatch: (params, context) => {
    const queue = queueOf(params, context);
    return answerBatch(batchEntries(params), (entry) => {
      queue.delete(text(entry, "ReceiptHandle"));
      return {};
    });
  },

  ChangeMessageVisibility: (params, context) => {
    queueOf(params, context).changeVisibility(text(params, "ReceiptHandle"), visibilityOf(params));
    return {};
  },

  ChangeMessageVisibilityBatch: (params, context) => {
    const queue = queueOf(params, context);
    return answerBatch(batchEntries(params), (entry) => {
      queue.changeVisibility(text(entry, "ReceiptHandle"), visibilityOf(entry));
      return {};
    });
  },
};

function visibilityOf(params: Params): number {
  return integer(params, "VisibilityTimeout") * 1000;
}

/** Which attributes a receive asks for, by name. */
interface Wanted {
  readonly system: readonly string[];
  readonly message: readonly string[];
}

function wantedOf(params: Params): Wanted {
  return {
    // AttributeNames is the older name of the same list.
    system: [...texts(params, "MessageSystemAttributeNames"), ...texts(params, "AttributeNames")],
    message: texts(params, "MessageAttributeNames"),
  };
}

function messageOf(delivery: Delivery, { system, message }: Wanted): object {
  const { messageId, receiptHandle, body } = delivery;
  const attributes = systemAttributes(delivery).filter(([name]) => system.includes("All") || system.includes(name));
  const chosen = delivery.attributes && chooseMessageAttributes(delivery.attributes, message);
  return {
    MessageId: messageId,
    ReceiptHandle: receiptHandle,
    MD5OfBody: createHash("md5").update(body).digest("hex"),
    Body: body,
    ...(attributes.length > 0 && { Attributes: Object.fromEntries(attributes) }),
    ...(chosen && { MD5OfMessageAttributes: digestOfMessageAttributes(chosen), MessageAttributes: chosen }),
  };
}

function systemAttributes(delivery: Delivery): [string, string][] {
  const { deadLetterSourceArn } = delivery;
  return [
    ["SenderId", ACCOUNT_ID],
    ["SentTimestamp", String(delivery.sentAtMs)],
    ["ApproximateReceiveCount", String(delivery.receiveCount)],
    ["ApproximateFirstReceiveTimestamp", String(delivery.firstReceivedAtMs)],
    ["SequenceNumber", delivery.sequenceNumber],
    ["MessageDeduplicationId", delivery.deduplicationId],
    ["MessageGroupId", delivery.group],
    ...(deadLetterSourceArn ? [["DeadLetterQueueSourceArn", deadLetterSourceArn] as [string, string]] : []),
  ];
}
