import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { EntryFailure, SendBatch } from "@penstock/model";

/** A send of at most 1 MiB inside AWS takes tens of milliseconds; one that takes seconds is better sent again. */
const CONNECTION_TIMEOUT_MS = 2_000;
const REQUEST_TIMEOUT_MS = 5_000;

/**
 * An SQS client for a producer. The SDK's own retries are off: the producer repeats what was not taken, entry by entry,
 * in the order of each group. Endpoint and region are those of the queue's URL, so that a queue elsewhere needs no setting;
 * where the URL names no region it is the environment's.
 */
export function sqsClientFor(queueUrl: string): SQSClient {
  const region = /^https:\/\/sqs\.([a-z0-9-]+)\.amazonaws\.com/.exec(queueUrl)?.[1];
  return new SQSClient({
    maxAttempts: 1,
    endpoint: new URL(queueUrl).origin,
    ...(region !== undefined && { region }),
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      // Without it the handler only warns.
      throwOnRequestTimeout: true,
    },
  });
}

/** SQS's SendMessageBatch to one queue, for `createProducerOver`. */
export function sqsSendBatch(client: SQSClient, queueUrl: string): SendBatch {
  return async (entries) => {
    const answer = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: entries.map(({ body, group, deduplicationId }, index) => ({
          Id: String(index),
          MessageBody: body,
          MessageGroupId: group,
          MessageDeduplicationId: deduplicationId,
        })),
      }),
    );
    const taken = new Set(answer.Successful?.map(({ Id }) => Id));
    const failed = new Map(answer.Failed?.map((failure) => [failure.Id, failure]));
    const failures: EntryFailure[] = [];
    for (let index = 0; index < entries.length; index++) {
      // What the answer says nothing of was not taken: sent again under the same id it cannot be queued twice.
      if (taken.has(String(index))) continue;
      const { Code, Message, SenderFault } = failed.get(String(index)) ?? {};
      const detail = Code === undefined ? "SQS did not say whether it took it" : `${Code}: ${Message ?? "no message"}`;
      failures.push({ index, senderFault: SenderFault === true, detail });
    }
    return failures;
  };
}
