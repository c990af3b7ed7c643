import type { QueueRecord } from "@penstock/flusher";
import type { SQSRecord } from "aws-lambda";

/** A record as Lambda hands it to a function. */
export function sqsRecord(record: QueueRecord): SQSRecord {
  const { messageId, body, group, deduplicationId, sentAtMs, receiveCount } = record;
  return {
    messageId,
    receiptHandle: `handle of ${messageId}`,
    body,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: String(sentAtMs),
      SenderId: "AIDAIENQZJOLO23YVJ4VO",
      ApproximateFirstReceiveTimestamp: String(sentAtMs + 10),
      SequenceNumber: "18849496460467696128",
      MessageGroupId: group,
      ...(deduplicationId !== undefined && { MessageDeduplicationId: deduplicationId }),
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-west-1:123456789012:metrics.fifo",
    awsRegion: "eu-west-1",
  };
}
