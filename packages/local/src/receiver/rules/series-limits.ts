import { type LabelPairs, type Labels, NAME_LABEL } from "@penstock/model";
import type { Head } from "../head.ts";
import { formatLabels, labelValue } from "../labels.ts";
import type { CortexRules, LabelSetLimit } from "./cortex-rules.ts";

const ADVICE = "please contact administrator to raise it";

/**
 * Why one more series may not be made, in the words of Cortex's ingester: limits of the tenant, of the metric, of a
 * label set, in this order (pkg/ingester, `PreCreation` and `limiter.go`).
 */
export function refuseSeries(rules: CortexRules, labels: LabelPairs, head: Head): string | undefined {
  const { maxSeries, maxSeriesPerMetric, maxSeriesPerLabelSet } = rules;
  if (maxSeries !== undefined && head.series.size >= maxSeries) {
    return `per-user series limit of ${maxSeries} exceeded, ${ADVICE} ${localLimit(maxSeries)}`;
  }
  const metric = labelValue(labels, NAME_LABEL) ?? "";
  if (maxSeriesPerMetric !== undefined && countSeries(head, { [NAME_LABEL]: metric }) >= maxSeriesPerMetric) {
    const limit = `per-metric series limit of ${maxSeriesPerMetric} exceeded for metric ${metric}`;
    return `${limit}, ${ADVICE} ${localLimit(maxSeriesPerMetric)} for series ${formatLabels(labels)}`;
  }
  const full = limitsFor(labels, maxSeriesPerLabelSet).find(
    (limit) => countForLimit(head, limit, maxSeriesPerLabelSet) >= limit.maxSeries,
  );
  if (!full) return undefined;
  const labelSet = formatLabels(Object.entries(full.labelSet));
  const limits = `(labelSet: ${labelSet}, local limit: ${full.maxSeries} global limit: ${full.maxSeries} actual)`;
  return `per-labelset series limit of ${full.maxSeries} exceeded ${limits} for series ${formatLabels(labels)}`;
}

function localLimit(limit: number): string {
  return `(local limit: ${limit} global limit: 0 actual local limit: ${limit})`;
}

/** Those whose labels a series has, or the one without labels when there is none. */
function limitsFor(labels: LabelPairs, limits: readonly LabelSetLimit[]): readonly LabelSetLimit[] {
  const named = limits.filter(({ labelSet }) => !isEmpty(labelSet) && hasLabels(labels, labelSet));
  return named.length > 0 ? named : limits.filter(({ labelSet }) => isEmpty(labelSet)).slice(-1);
}

function countSeries(head: Head, labelSet: Labels): number {
  return count(head, (labels) => hasLabels(labels, labelSet));
}

function countForLimit(head: Head, limit: LabelSetLimit, limits: readonly LabelSetLimit[]): number {
  return count(head, (labels) => limitsFor(labels, limits).includes(limit));
}

/** Walks the head, which only receivers with such limits pay for. */
function count(head: Head, counts: (labels: LabelPairs) => boolean): number {
  let series = 0;
  for (const { labels } of head.series.values()) if (counts(labels)) series++;
  return series;
}

function hasLabels(labels: LabelPairs, labelSet: Labels): boolean {
  return Object.entries(labelSet).every(([name, value]) => (labelValue(labels, name) ?? "") === value);
}

function isEmpty(labelSet: Labels): boolean {
  return Object.keys(labelSet).length === 0;
}
