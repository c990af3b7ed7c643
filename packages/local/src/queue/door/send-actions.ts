import { createHash } from "node:crypto";
import type { SendEntry, Sent } from "../entry.ts";
import { digestOfMessageAttributes } from "../message-attributes.ts";
import { type Action, queueOf } from "./action.ts";
import { answerBatch, batchEntries } from "./batch.ts";
import { messageAttributes, optionalInteger, optionalText, type Params } from "./params.ts";

/** SendMessage and its batch. Message system attributes (AWSTraceHeader) are taken, and forgotten. */
export const SEND_ACTIONS: Readonly<Record<string, Action>> = {
  SendMessage: (params, context) => {
    const entry = entryOf(params);
    return resultOf(entry, queueOf(params, context).sendOne(entry));
  },

  SendMessageBatch: (params, context) => {
    const queue = queueOf(params, context);
    const batch = batchEntries(params);
    const entries = batch.map((one) => entryOf(one.params));
    const outcomes = queue.send(entries);
    return answerBatch(batch, (_, index) => {
      const outcome = outcomes[index]!;
      return outcome.ok ? resultOf(entries[index]!, outcome) : outcome.error;
    });
  },
};

/** What is missing is left empty here: the queue says what that means, for one entry or for the whole call. */
function entryOf(params: Params): SendEntry {
  return {
    body: optionalText(params, "MessageBody") ?? "",
    group: optionalText(params, "MessageGroupId") ?? "",
    deduplicationId: optionalText(params, "MessageDeduplicationId"),
    attributes: messageAttributes(params),
    delaySeconds: optionalInteger(params, "DelaySeconds"),
  };
}

function resultOf({ body, attributes }: SendEntry, { messageId, sequenceNumber }: Sent): object {
  return {
    MessageId: messageId,
    // The SDK computes it too, and takes a difference for a broken transport.
    MD5OfMessageBody: createHash("md5").update(body).digest("hex"),
    ...(attributes && { MD5OfMessageAttributes: digestOfMessageAttributes(attributes) }),
    SequenceNumber: sequenceNumber,
  };
}
