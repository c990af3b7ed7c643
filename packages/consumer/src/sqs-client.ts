import { SQSClient } from "@aws-sdk/client-sqs";

const CONNECTION_TIMEOUT_MS = 2_000;
/** Longer than the longest long poll, 20 s: past that the connection is dead and nobody has said so. */
const REQUEST_TIMEOUT_MS = 30_000;
/** A waiting receive holds one for 20 s, and the calls of every batch in hand need theirs beside it; the default is 50. */
const MAX_SOCKETS = 512;

/**
 * An SQS client for one queue, at the endpoint of its URL: the SDK would go there too, and complain at every request.
 *
 * @param region undefined leaves it to the AWS SDK
 */
export function createSqsClient(queueUrl: string, region: string | undefined): SQSClient {
  return new SQSClient({
    endpoint: new URL(queueUrl).origin,
    ...(region !== undefined && { region }),
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      // Without it the handler only warns.
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets: MAX_SOCKETS },
      httpsAgent: { maxSockets: MAX_SOCKETS },
    },
  });
}
