import type { SQSEvent } from "aws-lambda";
import type { fromMessage } from "../../packages/consumer/src/records.ts";
import type { Delivery } from "../../packages/local/src/queue/message.ts";

/** A delivery, for the story. */
export function describe({ messageId, group, receiveCount }: Delivery): string {
  return `${messageId} (group ${group}, delivery ${receiveCount})`;
}

/** A delivery as Lambda hands it to a function. */
export function toRecord(delivery: Delivery): SQSEvent["Records"][number] {
  const { messageId, receiptHandle, body } = delivery;
  return {
    messageId,
    receiptHandle,
    body,
    attributes: attributesOf(delivery) as unknown as SQSEvent["Records"][number]["attributes"],
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:penstock.fifo",
    awsRegion: "us-east-1",
  };
}

/** A delivery as the SDK hands it out. */
export function toMessage(delivery: Delivery): Parameters<typeof fromMessage>[0] {
  const { messageId, receiptHandle, body } = delivery;
  return { MessageId: messageId, ReceiptHandle: receiptHandle, Body: body, Attributes: attributesOf(delivery) };
}

function attributesOf(delivery: Delivery): Record<string, string> {
  return {
    MessageGroupId: delivery.group,
    MessageDeduplicationId: delivery.deduplicationId,
    SentTimestamp: String(delivery.sentAtMs),
    ApproximateReceiveCount: String(delivery.receiveCount),
    ApproximateFirstReceiveTimestamp: String(delivery.firstReceivedAtMs),
  };
}
