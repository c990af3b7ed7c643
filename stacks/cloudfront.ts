import { bounded } from "./bounds.ts";
import { createHandler } from "./handler.ts";
import type { Pipeline } from "./ingest.ts";
import { queuePolicy } from "./queue-policy.ts";

export interface CloudFrontSettings {
  /**
   * The bucket, in this account and region, that CloudFront writes its logs to. S3 keeps one notification configuration
   * for a bucket, and this stack sets it: notifications that others have put there are replaced.
   */
  readonly bucket: string;
  /** Of the log files' keys; the function may read nothing else. */
  readonly prefix?: string;
  /** Of `response_status_code_total`, out of those that packages/cloudfront knows. */
  readonly labels?: readonly string[];
  /** Of `response_duration_seconds`, where each combination of values is sixteen series. */
  readonly latencyLabels?: readonly string[];
  /** What the label `path` may be, the first match counting: `/`, `/blog/*`, `*.css`. */
  readonly paths?: readonly string[];
  /** Message groups of these series, which nobody else writes. Default 1: more only when a backlog does not shrink. */
  readonly groups?: number;
  /** How long files are gathered, in seconds, 1 to 300. Default 120. */
  readonly windowSeconds?: number;
}

/** The function that reads CloudFront's logs. */
export interface Logs {
  readonly handler: sst.aws.Function;
  readonly deadLetters: sst.aws.Queue;
}

const MEMORY_MB = 1_024;
const TIMEOUT_S = 60;
const WINDOW_S = 120;
/** Lambda refuses a mapping with more than ten messages in a batch and no window (CreateEventSourceMapping). */
const MIN_WINDOW_S = 1;
const MAX_WINDOW_S = 300;
/** As the Lambda guide has it: six times the timeout, and the longest window there is on top. */
const VISIBILITY_S: number = 6 * TIMEOUT_S + MAX_WINDOW_S;
/** A notification that failed so often is of a file that cannot be read. */
const MAX_RECEIVES = 5;
const RETENTION_S: number = 14 * 24 * 60 * 60;
/**
 * Notifications in one run. Files come minutes to hours late and out of order; read together their samples are sent in
 * the order of time, and a series needs fewer lanes.
 */
const BATCH_SIZE = 100;
/** The least there is (Lambda, scaling of SQS event sources): runs side by side undo the order. */
const MAXIMUM_CONCURRENCY = 2;

/** From the bucket's notifications to the queue of samples. */
export function cloudfront(settings: CloudFrontSettings, { queue }: Pipeline): Logs {
  const prefix = settings.prefix ?? "";
  const transform = { queue: { messageRetentionSeconds: RETENTION_S, sqsManagedSseEnabled: true } };
  const deadLetters = new sst.aws.Queue("LogFilesDead", { transform });
  const files = new sst.aws.Queue("LogFiles", {
    visibilityTimeout: `${VISIBILITY_S} seconds`,
    dlq: { queue: deadLetters.arn, retry: MAX_RECEIVES },
    transform,
  });
  queuePolicy("LogFilesDeadPolicy", deadLetters);
  const bucketArn = $interpolate`arn:${aws.getPartitionOutput().partition}:s3:::${settings.bucket}`;
  notify(settings.bucket, bucketArn, prefix, files);
  const handler = createHandler("CloudFront", {
    handler: "packages/cloudfront/src/lambda.handler",
    memoryMb: MEMORY_MB,
    timeoutSeconds: TIMEOUT_S,
    environment: { PENSTOCK_QUEUE_URL: queue.url, ...labelling(settings) },
    permissions: [
      { actions: ["s3:GetObject"], resources: [$interpolate`${bucketArn}/${prefix}*`] },
      // With it a file that is gone is a 404; without it a 403, as if it was not ours to read.
      { actions: ["s3:ListBucket"], resources: [bucketArn] },
      {
        actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"],
        resources: [files.arn],
      },
      { actions: ["sqs:SendMessage"], resources: [queue.arn] },
    ],
  });
  new aws.lambda.EventSourceMapping("CloudFrontSource", {
    eventSourceArn: files.arn,
    functionName: handler.arn,
    batchSize: BATCH_SIZE,
    maximumBatchingWindowInSeconds: bounded(
      "windowSeconds",
      settings.windowSeconds ?? WINDOW_S,
      MIN_WINDOW_S,
      MAX_WINDOW_S,
    ),
    functionResponseTypes: ["ReportBatchItemFailures"],
    scalingConfig: { maximumConcurrency: MAXIMUM_CONCURRENCY },
  });
  return { handler, deadLetters };
}

function notify(bucket: string, bucketArn: $util.Output<string>, prefix: string, files: sst.aws.Queue): void {
  const policy = queuePolicy("LogFilesPolicy", files, [
    {
      Sid: "Bucket",
      Principal: { Service: "s3.amazonaws.com" },
      Action: "sqs:SendMessage",
      // A bucket's name alone may one day be somebody else's.
      Condition: {
        ArnEquals: { "aws:SourceArn": bucketArn },
        StringEquals: { "aws:SourceAccount": aws.getCallerIdentityOutput().accountId },
      },
    },
  ]);
  new aws.s3.BucketNotification(
    "LogFilesNotification",
    { bucket, queues: [{ queueArn: files.arn, events: ["s3:ObjectCreated:*"], filterPrefix: prefix }] },
    // S3 tries the queue before it takes the configuration.
    { dependsOn: [policy] },
  );
}

/** What is left out keeps the function's own default. */
function labelling({ labels, latencyLabels, paths, groups }: CloudFrontSettings): Record<string, string> {
  return {
    ...(labels && { PENSTOCK_LABELS: labels.join(",") }),
    ...(latencyLabels && { PENSTOCK_LATENCY_LABELS: latencyLabels.join(",") }),
    ...(paths && { PENSTOCK_PATHS: paths.join(",") }),
    ...(groups !== undefined && { PENSTOCK_GROUPS: String(groups) }),
  };
}
