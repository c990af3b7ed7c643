import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { batchEntries, failuresOf, type SendBatch } from "@penstock/model";

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
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: batchEntries(entries) });
    return failuresOf(await client.send(command), entries.length);
  };
}
