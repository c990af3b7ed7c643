import { SQSClient } from "@aws-sdk/client-sqs";

/** Calls beside each other: enough that a thousand letters take seconds, few enough for any quota. */
export const CALLS_AT_ONCE = 4;

/** How long any AWS service is waited for. A look's longest poll is a second. */
export const AWS_TIMEOUTS = {
  connectionTimeout: 3_000,
  requestTimeout: 10_000,
  // Without it the handler only warns.
  throwOnRequestTimeout: true,
} as const;

/** A doctor asks many questions: one that hears no answer must not keep it for minutes. */
export const DOCTOR_ATTEMPTS = 2;

/** Hosts of SQS that name their region (AWS General Reference, service endpoints). */
const REGIONAL_HOST = /^sqs(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com|amazonaws\.com\.cn|api\.aws)$/;

/**
 * @param maxAttempts of each call
 * @throws {TypeError} when the URL is none of a FIFO queue's
 */
export function sqsClientOf(queueUrl: string, maxAttempts = 3): SQSClient {
  if (!URL.canParse(queueUrl) || !new URL(queueUrl).pathname.endsWith(".fifo")) {
    throw new TypeError(`Expected the URL of a FIFO queue, ending in .fifo, got \`${queueUrl}\``);
  }
  const { origin, hostname } = new URL(queueUrl);
  const region = REGIONAL_HOST.exec(hostname)?.[1];
  return new SQSClient({
    endpoint: origin,
    ...(region !== undefined && { region }),
    maxAttempts,
    requestHandler: AWS_TIMEOUTS,
  });
}

/** Remembers the Date header of the last answer: SQS's clock, which its timestamps are of. */
export function listenForDates(client: SQSClient): () => number | undefined {
  let latestMs: number | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = (result.response ?? {}) as { headers?: Readonly<Record<string, string>> };
      const dateMs = Date.parse(headers?.date ?? "");
      if (!Number.isNaN(dateMs)) latestMs = dateMs;
      return result;
    },
    { step: "deserialize", name: "penstockServerDate", override: true },
  );
  return () => latestMs;
}
