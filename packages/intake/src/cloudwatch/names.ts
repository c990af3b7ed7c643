/**
 * Names by the convention of Prometheus' CloudWatch exporter (prometheus/cloudwatch_exporter, CloudWatchCollector):
 * `AWS/ELB` and `RequestCount` → `aws_elb_request_count_sum{job="aws_elb",load_balancer_name="…"}`.
 */

/** `AWS/ELB`, `RequestCount` and `sum` → `aws_elb_request_count_sum` */
export function cloudWatchName(namespace: string, metric: string, statistic: string): string {
  return safe(`${namespace.toLowerCase()}_${snakeCase(metric)}_${statistic}`);
}

/** `AWS/ELB` → `aws_elb` */
export function jobName(namespace: string): string {
  return safe(namespace.toLowerCase());
}

/** `LoadBalancerName` → `load_balancer_name` */
export function dimensionName(dimension: string): string {
  return safe(snakeCase(dimension));
}

/** The four that every stream has, then percentiles and the like: `p99.9` → `p99_9`. */
export function statisticName(statistic: string): string {
  return Object.hasOwn(STATISTICS, statistic) ? STATISTICS[statistic]! : safe(snakeCase(statistic));
}

const STATISTICS: Readonly<Record<string, string>> = {
  count: "sample_count",
  sum: "sum",
  min: "minimum",
  max: "maximum",
};

function snakeCase(text: string): string {
  return text.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}

/** The exporter leaves colons, which no label may have, and a digit at the start, which no name may have. */
function safe(text: string): string {
  const name = text.replace(/[^a-zA-Z0-9_]/g, "_").replace(/_{2,}/g, "_");
  return /^\d/.test(name) ? `_${name}` : name;
}
