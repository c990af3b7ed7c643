import { bounded } from "./bounds.ts";
import { snappyBinary } from "./bundling.ts";
import { createHandler } from "./handler.ts";
import { queuePolicy } from "./queue-policy.ts";
import { keep, prefix } from "./stage.ts";
import type { Receiver } from "./workspace.ts";

export interface IngestSettings {
  /** Message groups of the producers in this stack. Default 64, as the producer's own. */
  readonly groups?: number;
  /** Batches in hand at a time, 2 to 1,000 (Lambda, scaling of SQS event sources); at most one a group. Default 16. */
  readonly maximumConcurrency?: number;
  /**
   * Who may send from other accounts: account ids (whose own IAM then says who) or ARNs of roles. No key is shared:
   * docs/deploy.md has the other account's half.
   */
  readonly producers?: readonly string[];
}

/** The queues and their consumer. */
export interface Pipeline {
  readonly queue: sst.aws.Queue;
  readonly deadLetters: sst.aws.Queue;
  readonly consumer: sst.aws.Function;
  readonly groups: number;
  /** The dimension `service` of the consumer's metrics, and the field of its log lines. */
  readonly service: string;
}

/** A look and a write at most 5 s each, and what settling takes. Short, as a returned group waits for the visibility to end. */
const TIMEOUT_S = 15;
/** Lambda asks for six times the function's timeout (Lambda, configuring an SQS queue). */
const VISIBILITY_S: number = 6 * TIMEOUT_S;
/** SQS's longest. */
const RETENTION_S: number = 14 * 24 * 60 * 60;
/**
 * The backstop for messages that crash the consumer. An outage returns messages too, and they must stay as long as AMP
 * would still take them, an hour; past that the consumer itself rejects them, with the reason.
 */
const REDRIVE_AFTER_S: number = 75 * 60;
const MAX_RECEIVES: number = REDRIVE_AFTER_S / VISIBILITY_S;
/** The largest event, ten messages of 50,000 samples in 6 MB, was measured at 392 MB. CPU comes with it: one for 1,769 MB. */
const MEMORY_MB = 512;
const GROUPS = 64;
const MAX_GROUPS = 100_000;
const MAXIMUM_CONCURRENCY = 16;

/** The FIFO queue that producers send to, the dead-letter queue, and the function between queue and receiver. */
export function ingest(settings: IngestSettings, receiver: Receiver): Pipeline {
  const deadLetters = new sst.aws.Queue("DeadLetters", { fifo: true, transform: { queue: highThroughput } }, keep);
  const queue = new sst.aws.Queue(
    "Samples",
    {
      fifo: true,
      visibilityTimeout: `${VISIBILITY_S} seconds`,
      dlq: { queue: deadLetters.arn, retry: MAX_RECEIVES },
      transform: { queue: highThroughput },
    },
    keep,
  );
  new aws.sqs.RedriveAllowPolicy("DeadLettersRedriveAllow", {
    queueUrl: deadLetters.url,
    redriveAllowPolicy: $jsonStringify({ redrivePermission: "byQueue", sourceQueueArns: [queue.arn] }),
  });
  queuePolicy("DeadLettersPolicy", deadLetters);
  queuePolicy("SamplesPolicy", queue, senders(settings.producers ?? []));
  const service = prefix;
  const consumer = createHandler("Consumer", {
    handler: "packages/consumer/src/lambda.handler",
    memoryMb: MEMORY_MB,
    timeoutSeconds: TIMEOUT_S,
    files: [snappyBinary],
    environment: {
      PENSTOCK_RECEIVER_URL: receiver.url,
      PENSTOCK_DEAD_LETTER_QUEUE_URL: deadLetters.url,
      PENSTOCK_VISIBILITY_TIMEOUT: `${VISIBILITY_S}s`,
      PENSTOCK_SERVICE: service,
    },
    permissions: [
      { actions: ["aps:RemoteWrite", "aps:QueryMetrics"], resources: [receiver.arn] },
      {
        actions: [
          "sqs:ReceiveMessage",
          "sqs:DeleteMessage",
          "sqs:ChangeMessageVisibility",
          // The event source mapping asks for it (Lambda, execution role permissions for SQS).
          "sqs:GetQueueAttributes",
        ],
        resources: [queue.arn],
      },
      { actions: ["sqs:SendMessage"], resources: [deadLetters.arn] },
    ],
  });
  new aws.lambda.EventSourceMapping("ConsumerSource", {
    eventSourceArn: queue.arn,
    functionName: consumer.arn,
    // The most there is for FIFO, which also has no batching window (Lambda, parameters of SQS event sources).
    batchSize: 10,
    functionResponseTypes: ["ReportBatchItemFailures"],
    scalingConfig: {
      maximumConcurrency: bounded("maximumConcurrency", settings.maximumConcurrency ?? MAXIMUM_CONCURRENCY, 2, 1_000),
    },
  });
  return { queue, deadLetters, consumer, groups: bounded("groups", settings.groups ?? GROUPS, 1, MAX_GROUPS), service };
}

/** Without both of the first two a FIFO queue takes 300 calls a second in all (SQS, high throughput for FIFO queues). */
const highThroughput = {
  deduplicationScope: "messageGroup",
  fifoThroughputLimit: "perMessageGroupId",
  messageRetentionSeconds: RETENTION_S,
  sqsManagedSseEnabled: true,
};

/** @throws {TypeError} at what is neither an account's id nor a role's ARN: `*` would open the queue to everyone */
function senders(producers: readonly string[]): Parameters<typeof queuePolicy>[2] {
  if (producers.length === 0) return [];
  for (const producer of producers) {
    if (/^(?:\d{12}|arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+)$/.test(producer)) continue;
    throw new TypeError(`Expected \`producers\` to be account ids and ARNs of roles, got \`${producer}\``);
  }
  return [{ Sid: "Producers", Principal: { AWS: producers }, Action: "sqs:SendMessage" }];
}
