import { prefix } from "./stage.ts";

/** One metric of CloudWatch. */
export interface Metric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, $util.Input<string>>>;
  readonly statistic: "Sum" | "Maximum";
}

/** When an alarm is raised: above `threshold` in `datapoints` of the last `periods`. */
interface Limit {
  readonly threshold: number;
  readonly periodSeconds: number;
  readonly periods: number;
  readonly datapoints: number;
}

export interface AlarmOptions {
  /** What the alarm is called, and the heading of its page in the runbook. */
  readonly name: string;
  /** The page, when several alarms share one; else the name's. */
  readonly page?: string;
  /** One sentence: what is the matter. */
  readonly says: string;
  readonly limit: Limit;
}

/** Where alarms go and where their pages are. */
export interface AlarmTargets {
  readonly actions: readonly $util.Input<string>[];
  /** Of the runbook, without an anchor. */
  readonly runbookUrl: string;
}

/** An alarm on one metric. No data is no trouble: SQS, Lambda and AMP leave a metric out while there is nothing to count. */
export function metricAlarm(options: AlarmOptions, metric: Metric, targets: AlarmTargets): void {
  const { periodSeconds } = options.limit;
  const { namespace, metricName, dimensions, statistic } = metric;
  create(options, targets, { namespace, metricName, dimensions, statistic, period: periodSeconds });
}

/** An alarm on a formula over metrics, whose names in it are the keys of `metrics`. */
export function formulaAlarm(
  options: AlarmOptions,
  expression: string,
  metrics: Readonly<Record<string, Metric>>,
  targets: AlarmTargets,
): void {
  const parts = Object.entries(metrics).map(([id, { statistic, ...metric }]) => ({
    id,
    metric: { ...metric, stat: statistic, period: options.limit.periodSeconds },
  }));
  const metricQueries = [{ id: "result", expression, label: options.says, returnData: true }, ...parts];
  create(options, targets, { metricQueries });
}

function create(
  { name, page = name, says, limit }: AlarmOptions,
  { actions, runbookUrl }: AlarmTargets,
  watched: Partial<aws.cloudwatch.MetricAlarmArgs>,
): void {
  new aws.cloudwatch.MetricAlarm(`Alarm-${name}`, {
    ...watched,
    name: `${prefix}-${name}`,
    alarmDescription: `${says} ${runbookUrl}#${page}`,
    comparisonOperator: "GreaterThanThreshold",
    threshold: limit.threshold,
    evaluationPeriods: limit.periods,
    datapointsToAlarm: limit.datapoints,
    treatMissingData: "notBreaching",
    alarmActions: [...actions],
    okActions: [...actions],
  });
}
