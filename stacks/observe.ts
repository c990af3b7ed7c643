import { type AlarmTargets, formulaAlarm, type Metric, metricAlarm } from "./alarms.ts";
import type { Logs } from "./cloudfront.ts";
import { dashboard } from "./dashboard.ts";
import type { Pipeline } from "./ingest.ts";
import type { Door } from "./intake.ts";
import { prefix } from "./stage.ts";
import type { Receiver } from "./workspace.ts";

export interface ObserveSettings {
  /** Mailboxes that hear of alarms; each is asked once, by mail, to confirm. */
  readonly emails?: readonly string[];
  /** ARNs of SNS topics that exist and hear of alarms. Without either, alarms show in CloudWatch and call nobody. */
  readonly topics?: readonly string[];
  /** Where `docs/runbook.md` can be read. */
  readonly runbookUrl?: string;
}

/** What is watched. */
export interface Watched {
  readonly receiver: Receiver;
  readonly pipeline: Pipeline;
  readonly door: Door | undefined;
  readonly logs: Logs | undefined;
}

const RUNBOOK = "docs/runbook.md";
const MINUTE_S = 60;
const FIVE_MINUTES_S: number = 5 * MINUTE_S;

/** Any at all, in one period. */
const ANY = { threshold: 0, periodSeconds: FIVE_MINUTES_S, periods: 1, datapoints: 1 };
/** In two periods of three: once is a sandbox that died, which redelivery answers, or one receipt that lost a race. */
const REPEATED = { threshold: 0, periodSeconds: FIVE_MINUTES_S, periods: 3, datapoints: 2 };
/** In each of three periods. */
const FOR_LONG = { threshold: 0, periodSeconds: FIVE_MINUTES_S, periods: 3, datapoints: 3 };
/** AMP takes nothing older than an hour: a quarter of it gone leaves three to act in. */
const QUEUE_BEHIND = { threshold: 15 * MINUTE_S, periodSeconds: MINUTE_S, periods: 5, datapoints: 5 };

/**
 * Reasons that AMP discards samples for and that somebody must act on, in AMP's own words (AMP, CloudWatch usage metrics).
 * Those about a sample's name and labels are missing: the consumer checks them first, and their samples are dead letters.
 */
const DISCARD_REASONS: readonly string[] = [
  "per_user_series_limit",
  "per_metric_series_limit",
  "per_labelset_series_limit",
  "rate_limited",
  "out-of-order-rate-limit",
  "sample-out-of-order",
  "sample-too-old",
  "new-value-for-timestamp",
  "greater_than_max_sample_age",
];

/** Alarms, each with something to be done and a page that says what, and a dashboard. */
export function observe(settings: ObserveSettings, watched: Watched): void {
  const { receiver, pipeline, door, logs } = watched;
  const targets = {
    actions: [...topic(settings.emails ?? []), ...(settings.topics ?? [])],
    runbookUrl: settings.runbookUrl ?? RUNBOOK,
  };
  watchQueues(pipeline, targets);
  watchConsumer(pipeline, targets);
  watchReceiver(receiver, targets);
  if (door) watchIntake(door, targets);
  if (logs) watchLogs(logs, targets);
  new aws.cloudwatch.Dashboard("Dashboard", { dashboardName: prefix, dashboardBody: dashboard(watched) });
}

function topic(emails: readonly string[]): $util.Output<string>[] {
  if (emails.length === 0) return [];
  // Not encrypted with AWS's own SNS key: CloudWatch may not use that one, and alarms would go nowhere.
  const alarms = new aws.sns.Topic("Alarms", { name: `${prefix}-alarms` });
  const accountId = aws.getCallerIdentityOutput().accountId;
  const statement = {
    Sid: "Alarms",
    Effect: "Allow",
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Action: "sns:Publish",
    Resource: alarms.arn,
    Condition: { StringEquals: { "aws:SourceAccount": accountId } },
  };
  const policy = $jsonStringify({ Version: "2012-10-17", Statement: [statement] });
  new aws.sns.TopicPolicy("AlarmsPolicy", { arn: alarms.arn, policy });
  for (const endpoint of emails) {
    new aws.sns.TopicSubscription(`Alarms-${endpoint}`, { topic: alarms.arn, protocol: "email", endpoint });
  }
  return [alarms.arn];
}

function watchQueues({ queue, deadLetters }: Pipeline, targets: AlarmTargets): void {
  const dead = queueMetric(deadLetters, "ApproximateNumberOfMessagesVisible");
  metricAlarm(
    { name: "dead-letters", says: "Samples were rejected, or messages crashed the consumer.", limit: ANY },
    dead,
    targets,
  );
  const age = queueMetric(queue, "ApproximateAgeOfOldestMessage");
  const says = "Samples wait in the queue; AMP takes none older than an hour.";
  metricAlarm({ name: "oldest-message", says, limit: QUEUE_BEHIND }, age, targets);
}

function watchConsumer({ consumer, service }: Pipeline, targets: AlarmTargets): void {
  const errors = { name: "consumer-errors", says: "The consumer crashes, times out or cannot start.", limit: REPEATED };
  metricAlarm(errors, functionMetric(consumer, "Errors"), targets);
  const throttles = { name: "consumer-throttles", says: "Lambda does not let the consumer run.", limit: FOR_LONG };
  metricAlarm(throttles, functionMetric(consumer, "Throttles"), targets);
  const returned = {
    name: "samples-returned",
    says: "Samples go back to the queue: the receiver does not take them.",
    limit: FOR_LONG,
  };
  metricAlarm(returned, sampleMetric(service, "returned"), targets);
  const receipts = {
    name: "receipts-missing",
    says: "Samples are stored without their receipt: delivered again, they would be stored again.",
    limit: REPEATED,
  };
  metricAlarm(receipts, consumerMetric(service, "penstock_receipts_missing_total"), targets);
  const gap = {
    name: "accounting-gap",
    says: "The consumer does not account for every sample it received.",
    limit: ANY,
  };
  const kinds = ["received", "stored", "rejected", "duplicate", "returned"];
  const metrics = Object.fromEntries(kinds.map((kind) => [kind, sampleMetric(service, kind)]));
  // One flush publishes all five in one line, so they are in one period.
  formulaAlarm(gap, "ABS(received - stored - rejected - duplicate - returned)", metrics, targets);
}

function watchReceiver({ workspaceId }: Receiver, targets: AlarmTargets): void {
  // An alarm cannot search, so each reason has its own.
  for (const reason of DISCARD_REASONS) {
    const name = `amp-discarded-${reason.replaceAll("_", "-")}`;
    const dimensions = { Workspace: workspaceId, Reason: reason };
    const metric: Metric = {
      namespace: "AWS/Prometheus",
      metricName: "DiscardedSamples",
      dimensions,
      statistic: "Sum",
    };
    metricAlarm(
      { name, page: "amp-discarded", says: `AMP discards samples: ${reason}.`, limit: FOR_LONG },
      metric,
      targets,
    );
  }
}

function watchIntake({ handler }: Door, targets: AlarmTargets): void {
  const errors = {
    name: "intake-errors",
    says: "The HTTP intake crashes, times out or cannot start.",
    limit: REPEATED,
  };
  metricAlarm(errors, functionMetric(handler, "Errors"), targets);
  const throttles = {
    name: "intake-throttles",
    says: "Lambda turns away requests to the HTTP intake.",
    limit: FOR_LONG,
  };
  metricAlarm(throttles, functionMetric(handler, "Throttles"), targets);
}

function watchLogs({ handler, deadLetters }: Logs, targets: AlarmTargets): void {
  const errors = {
    name: "cloudfront-errors",
    says: "The reader of CloudFront's logs crashes, times out or cannot start.",
    limit: REPEATED,
  };
  metricAlarm(errors, functionMetric(handler, "Errors"), targets);
  const dead = { name: "cloudfront-dead-letters", says: "Log files of CloudFront could not be read.", limit: ANY };
  metricAlarm(dead, queueMetric(deadLetters, "ApproximateNumberOfMessagesVisible"), targets);
}

function queueMetric(queue: sst.aws.Queue, metricName: string): Metric {
  const dimensions = { QueueName: queue.nodes.queue.name };
  return { namespace: "AWS/SQS", metricName, dimensions, statistic: "Maximum" };
}

function functionMetric(handler: sst.aws.Function, metricName: string): Metric {
  return { namespace: "AWS/Lambda", metricName, dimensions: { FunctionName: handler.name }, statistic: "Sum" };
}

function sampleMetric(service: string, kind: string): Metric {
  return consumerMetric(service, `penstock_samples_${kind}_total`);
}

/** One of packages/consumer/src/measures.ts. */
function consumerMetric(service: string, metricName: string): Metric {
  return { namespace: "Penstock", metricName, dimensions: { service }, statistic: "Sum" };
}
