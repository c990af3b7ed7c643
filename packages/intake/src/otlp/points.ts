import { type JsonValue, jsonValue, type Kind, type Labels, NAME_LABEL } from "@penstock/model";
import { formatFloat } from "@penstock/producer";
import {
  CUMULATIVE,
  DELTA,
  type HistogramPoint,
  type Metric,
  NO_RECORDED_VALUE,
  type NumberPoint,
  type Point,
  type SummaryPoint,
} from "./messages.ts";
import { metricName } from "./names.ts";

/** One data point as the samples that it becomes, all at one time; or why it cannot become any. */
export type PointSamples =
  | { readonly kind: Kind; readonly point: Point; readonly samples: readonly NamedValue[] }
  | { readonly kind: undefined; readonly detail: string };

/** One sample of a point. `extra` are the labels beside the point's own. */
export interface NamedValue {
  readonly name: string;
  readonly extra: Labels;
  readonly value: JsonValue;
}

/**
 * The data points of a metric, by the OpenTelemetry-to-Prometheus mapping, but for one thing: what comes as deltas stays
 * delta, as the queue takes those. A point that says that its series has ended becomes nothing.
 */
export function* pointsOf(metric: Metric): Generator<PointSamples> {
  if (metric.gauge) yield* numbers(metric, metric.gauge.dataPoints, "gauge", "gauge");
  if (metric.sum) yield* sums(metric, metric.sum);
  if (metric.histogram) yield* histograms(metric, metric.histogram);
  if (metric.summary) yield* summaries(metric, metric.summary.dataPoints);
  for (const _ of metric.exponentialHistogram?.dataPoints ?? []) {
    const cure = "use explicit buckets, in OpenTelemetry SDKs a view or the exporter's default aggregation";
    yield refusal(metric, `to be no exponential histogram, as remote write 1.0 has none: ${cure}`);
  }
}

/** Undefined for one that is neither. */
function kindOf(temporality: number | undefined): "delta" | "cumulative" | undefined {
  if (temporality === DELTA) return "delta";
  return temporality === CUMULATIVE ? "cumulative" : undefined;
}

function refusal({ name = "" }: Metric, expected: string): PointSamples {
  return { kind: undefined, detail: `Expected ${JSON.stringify(name.slice(0, 100))} ${expected}` };
}

const TEMPORALITY = `to have an aggregation temporality, ${DELTA} (delta) or ${CUMULATIVE} (cumulative)`;

function* sums(metric: Metric, sum: NonNullable<Metric["sum"]>): Generator<PointSamples> {
  const { dataPoints = [], isMonotonic = false } = sum;
  const kind = kindOf(sum.aggregationTemporality);
  if (kind === undefined) {
    for (const _ of dataPoints) yield refusal(metric, TEMPORALITY);
    return;
  }
  // What goes up and down is a gauge once it is a total, and still a delta while it is one.
  const stored = kind === "cumulative" && !isMonotonic ? "gauge" : kind;
  yield* numbers(metric, dataPoints, stored, isMonotonic ? "counter" : "other");
}

function* numbers(
  metric: Metric,
  points: readonly NumberPoint[] = [],
  kind: Kind,
  type: "counter" | "gauge" | "other",
): Generator<PointSamples> {
  const name = metricName(metric.name ?? "", metric.unit ?? "", type);
  for (const point of points) {
    if (hasEnded(point)) continue;
    const value = point.asDouble ?? (point.asInt === undefined ? undefined : Number(point.asInt));
    if (value === undefined) yield refusal(metric, "to have a value, `asDouble` or `asInt`");
    else yield { kind, point, samples: [{ name, extra: {}, value: jsonValue(value) }] };
  }
}

function* histograms(metric: Metric, histogram: NonNullable<Metric["histogram"]>): Generator<PointSamples> {
  const name = metricName(metric.name ?? "", metric.unit ?? "", "other");
  const kind = kindOf(histogram.aggregationTemporality);
  for (const point of histogram.dataPoints ?? []) {
    const { bucketCounts = [], explicitBounds = [] } = point;
    // A histogram without buckets is a count and a sum.
    const fits = bucketCounts.length === 0 || bucketCounts.length === explicitBounds.length + 1;
    const rises = explicitBounds.every((bound, i) => i === 0 || explicitBounds[i - 1]! < bound);
    if (kind === undefined) yield refusal(metric, TEMPORALITY);
    else if (!fits) yield refusal(metric, "to have one more bucket count than bounds");
    else if (!rises) yield refusal(metric, "to have bounds that rise");
    else if (!hasEnded(point)) yield { kind, point, samples: histogramSamples(name, point) };
  }
}

function histogramSamples(name: string, { count = 0n, sum, bucketCounts = [], explicitBounds = [] }: HistogramPoint) {
  const samples: NamedValue[] = [{ name: `${name}_count`, extra: {}, value: Number(count) }];
  if (sum !== undefined) samples.push({ name: `${name}_sum`, extra: {}, value: jsonValue(sum) });
  const bucket = (le: string, value: bigint) =>
    samples.push({ name: `${name}_bucket`, extra: { le }, value: Number(value) });
  let below = 0n;
  for (let i = 0; i < explicitBounds.length && i < bucketCounts.length; i++) {
    below += bucketCounts[i]!;
    // The last bucket has every observation, whether or not the sender writes its bound out.
    if (explicitBounds[i] !== Infinity) bucket(formatFloat(explicitBounds[i]!), below);
  }
  bucket("+Inf", count);
  return samples;
}

function* summaries(metric: Metric, points: readonly SummaryPoint[] = []): Generator<PointSamples> {
  const name = metricName(metric.name ?? "", metric.unit ?? "", "other");
  for (const point of points) {
    if (hasEnded(point)) continue;
    const { count = 0n, sum = 0, quantileValues = [] } = point;
    const samples: NamedValue[] = [
      { name: `${name}_count`, extra: {}, value: Number(count) },
      { name: `${name}_sum`, extra: {}, value: jsonValue(sum) },
    ];
    for (const { quantile = 0, value = 0 } of quantileValues) {
      samples.push({ name, extra: { quantile: formatFloat(quantile) }, value: jsonValue(value) });
    }
    // A summary has no deltas (opentelemetry-proto, Summary): its count and sum only grow.
    yield { kind: "cumulative", point, samples };
  }
}

function hasEnded({ flags = 0 }: Point): boolean {
  return (flags & NO_RECORDED_VALUE) !== 0;
}

/** The labels of one sample, its name among them. */
export function labelsOf({ name, extra }: NamedValue, own: Labels): Labels {
  return { ...own, ...extra, [NAME_LABEL]: name };
}
