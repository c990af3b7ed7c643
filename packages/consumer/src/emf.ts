import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Report } from "@penstock/flusher";
import { COUNTERS, DISTRIBUTIONS, LABELLED_COUNTERS } from "./measures.ts";

/** The CloudWatch namespace. */
const NAMESPACE = "Penstock";

/**
 * Writes a report to the log as CloudWatch metrics, in the embedded metric format. Every metric has the dimension `service`
 * and is there for every flush, zeros too, since an alarm cannot add up dimensions; those with a label come once more for
 * each of its values, with the label as a second dimension.
 */
export function emfReporter(service: string): (report: Report) => void {
  const metrics = new Metrics({ namespace: NAMESPACE, serviceName: service });
  // Filled and published in one go: nothing of a flush stays behind for the next one.
  return (report) => {
    for (const { name, count } of COUNTERS) metrics.addMetric(name, MetricUnit.Count, count(report));
    for (const { name, counts } of LABELLED_COUNTERS) metrics.addMetric(name, MetricUnit.Count, sum(counts(report)));
    for (const { name, seconds } of DISTRIBUTIONS) {
      for (const value of seconds(report)) metrics.addMetric(name, MetricUnit.Seconds, value);
    }
    metrics.publishStoredMetrics();
    for (const { name, label, counts } of LABELLED_COUNTERS) {
      for (const [value, count] of counts(report)) {
        metrics.addDimension(label, value).addMetric(name, MetricUnit.Count, count).publishStoredMetrics();
      }
    }
  };
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
