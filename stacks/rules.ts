import type { Kind } from "../packages/model/src/series.ts";

/** The metrics that dashboards read, by kind. A histogram's parts are metrics of their own: `_bucket`, `_sum`, `_count`. */
export type RuledMetrics = Readonly<Record<string, Kind>>;

/** AMP evaluates no rule more often than every 30 s (AMP quotas). What a delta rule adds up must be this long too. */
const INTERVAL = "1m";
/** The rules of one group run one after the other: few enough to be done well within their minute. AMP's limit is not known. */
const MAX_RULES_PER_GROUP = 20;
/** One file of AMP's (AMP quotas: rule groups namespace definition file). */
const MAX_FILE_BYTES = 1_000_000;
const METRIC_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * - delta: what was counted in a minute. The minute is the interval, so every sample is in exactly one recorded value and
 *   `sum_over_time(penstock:m:sum1m[1h])` is the count of an hour. A range holds its end and not its start since
 *   Prometheus 3, which Cortex 1.21 has; before, a sample on the very millisecond between two minutes is in both.
 *   A plain selector would be wrong: it repeats a delta for the five minutes of the lookback.
 * - gauge: the newest value. A gauge has one lane, but two groups for a while when the number of groups changes, and
 *   for good when two senders choose groups differently; adding them up would double it.
 * - cumulative: its rate, lane by lane before adding up, as a rate over added-up counters takes every reset for an increase.
 */
const RECORDED: Readonly<Record<Kind, (metric: string) => { readonly record: string; readonly expr: string }>> = {
  delta: (metric) => ({
    record: `penstock:${metric}:sum1m`,
    expr: `sum without (_unique_id, _group) (sum_over_time(${metric}[${INTERVAL}]))`,
  }),
  gauge: (metric) => ({
    record: `penstock:${metric}:last`,
    expr:
      `max without (_unique_id, _group) (${metric} and (timestamp(${metric}) == ignoring (_unique_id, _group) ` +
      `group_left () max without (_unique_id, _group) (timestamp(${metric}))))`,
  }),
  cumulative: (metric) => ({
    record: `penstock:${metric}:rate5m`,
    expr: `sum without (_unique_id, _group) (rate(${metric}[5m]))`,
  }),
};

/**
 * Recording rules through which a dashboard reads a metric without knowing about lanes and groups, as a Prometheus rules
 * file (YAML).
 *
 * @throws {RangeError} for a name that is no metric's, and for more rules than a file of AMP holds
 */
export function recordingRules(metrics: RuledMetrics): string {
  const rules = Object.entries(metrics).map(([metric, kind]) => {
    if (METRIC_NAME.test(metric)) return RECORDED[kind](metric);
    throw new RangeError(`Expected the metrics to have names such as \`orders_total\`, got \`${metric}\``);
  });
  const lines = ["groups:"];
  for (const [i, { record, expr }] of rules.entries()) {
    if (i % MAX_RULES_PER_GROUP === 0) {
      lines.push(`  - name: penstock-${i / MAX_RULES_PER_GROUP + 1}`, `    interval: ${INTERVAL}`, "    rules:");
    }
    // Names and expressions hold no quote, backslash or line end, so single quotes are all the escaping there is.
    lines.push(`      - record: '${record}'`, `        expr: '${expr}'`);
  }
  const file = `${lines.join("\n")}\n`;
  if (file.length > MAX_FILE_BYTES) {
    throw new RangeError(
      `Expected rules of at most ${MAX_FILE_BYTES} bytes, got ${file.length} for ${rules.length} metrics`,
    );
  }
  return file;
}
