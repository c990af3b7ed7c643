import { bounded } from "./bounds.ts";
import { type RuledMetrics, recordingRules } from "./rules.ts";
import { keep, prefix } from "./stage.ts";

export interface WorkspaceSettings {
  /** `ws-…` of a workspace that exists: its own configuration stays as it is, only the recording rules are added. */
  readonly existing?: string;
  /** The metrics to record rules for, by kind; `rules.ts` says what is recorded. */
  readonly metrics: RuledMetrics;
  /** How late a sample may be within its lane, in seconds, 0 to 600 (AMP, workspace configuration). Default 0, for a reason. */
  readonly outOfOrderWindowSeconds?: number;
  /** 1 to 1095; AMP's default is 150. */
  readonly retentionDays?: number;
  /** How far behind the clock recording rules look, in seconds, 0 to 86,400. Later samples are in no recorded value. */
  readonly ruleQueryOffsetSeconds?: number;
  /** Logs queries that process at least so many samples. */
  readonly logQueriesFromSamples?: number;
}

/**
 * A window makes the receiver last-writer-wins: inside it, a sample at a taken timestamp that is not the newest is
 * answered 2xx and one of the two is gone, in no metric of AMP's. Without one the receiver compares before it sets, so a
 * consumer whose lock has ended, a stranger who writes the same series and a gauge said twice with different values are
 * all refused aloud, looked up, and end stored or in the dead-letter queue.
 *
 * Delta samples gain nothing from a window, as they are placed where nothing is in the way. Gauges and cumulative
 * counters do: what comes late within it lands instead of becoming a dead letter. So choose 60 to 600 when several
 * writers share a gauge, or clients of the intake retry for minutes, and take the silence between them into account.
 * It also has a rate quota of its own (`out-of-order-rate-limit`).
 */
const OUT_OF_ORDER_WINDOW_S = 0;
const MAX_OUT_OF_ORDER_WINDOW_S = 600;

/**
 * Rules run once for each minute and never again, so they wait for the queue: seconds in ordinary times, more while
 * consumers retry. AWS advises no less than the out-of-order window.
 */
const RULE_QUERY_OFFSET_S = 120;

const RETENTION_DAYS = 150;
const QUERY_LOG_DAYS = 30;

/** Where samples are stored. */
export interface Receiver {
  readonly workspaceId: $util.Output<string>;
  readonly arn: $util.Output<string>;
  /** Ends in a slash, as AMP gives it. */
  readonly url: $util.Output<string>;
}

/** An AMP workspace, made or found, with its recording rules. */
export function workspace(settings: WorkspaceSettings): Receiver {
  const receiver = settings.existing === undefined ? create(settings) : find(settings.existing);
  const { workspaceId } = receiver;
  if (Object.keys(settings.metrics).length > 0) {
    new aws.amp.RuleGroupNamespace("Rules", { name: prefix, workspaceId, data: recordingRules(settings.metrics) });
  }
  if (settings.logQueriesFromSamples !== undefined) logQueries(receiver, settings.logQueriesFromSamples);
  return receiver;
}

function find(workspaceId: string): Receiver {
  const found = aws.amp.getWorkspaceOutput({ workspaceId });
  return { workspaceId: found.workspaceId, arn: found.arn, url: found.prometheusEndpoint };
}

function create(settings: WorkspaceSettings): Receiver {
  const made = new aws.amp.Workspace("Workspace", { alias: prefix }, keep);
  const window = settings.outOfOrderWindowSeconds ?? OUT_OF_ORDER_WINDOW_S;
  const offset = settings.ruleQueryOffsetSeconds ?? Math.max(RULE_QUERY_OFFSET_S, window);
  const days = settings.retentionDays ?? RETENTION_DAYS;
  new aws.amp.WorkspaceConfiguration(
    "WorkspaceConfiguration",
    {
      workspaceId: made.id,
      retentionPeriodInDays: bounded("retentionDays", days, 1, 1095),
      outOfOrderTimeWindowInSeconds: bounded("outOfOrderWindowSeconds", window, 0, MAX_OUT_OF_ORDER_WINDOW_S),
      ruleQueryOffsetInSeconds: bounded("ruleQueryOffsetSeconds", offset, 0, 86_400),
    },
    keep,
  );
  return { workspaceId: made.id, arn: made.arn, url: made.prometheusEndpoint };
}

function logQueries({ workspaceId }: Receiver, fromSamples: number): void {
  // CloudWatch Logs lets AWS services write to groups under this path without a resource policy of their own.
  const name = `/aws/vendedlogs/prometheus/${prefix}`;
  const group = new aws.cloudwatch.LogGroup("QueryLogs", { name, retentionInDays: QUERY_LOG_DAYS });
  const cloudwatchLogs = { logGroupArn: $interpolate`${group.arn}:*` };
  const filters = { qspThreshold: bounded("logQueriesFromSamples", fromSamples, 0, Number.MAX_SAFE_INTEGER) };
  new aws.amp.QueryLoggingConfiguration("QueryLogging", { workspaceId, destinations: [{ cloudwatchLogs, filters }] });
}
