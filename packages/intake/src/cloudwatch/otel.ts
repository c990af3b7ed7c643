import type { Labels } from "@penstock/model";
import { attributeText } from "../otlp/labels.ts";
import { msOf } from "../otlp/map.ts";
import type { ExportRequest, KeyValue, Metric, SummaryPoint } from "../otlp/messages.ts";
import type { Datum } from "./datum.ts";

/** A data point of a metric stream, or why it is none. */
export type DatumRead = Datum | { readonly fault: string };

/**
 * The data points of a metric stream in OpenTelemetry 1.0.0 (CloudWatch User Guide, "Translations with OpenTelemetry 1.0.0
 * format"): summaries whose lowest and highest quantile are minimum and maximum, and whose attributes name the metric.
 */
export function* readDatumRequest({ resourceMetrics = [] }: ExportRequest): Generator<DatumRead> {
  for (const { resource, scopeMetrics = [] } of resourceMetrics) {
    const stream = new Map((resource?.attributes ?? []).map(({ key = "", value = {} }) => [key, attributeText(value)]));
    const accountId = stream.get("cloud.account.id") ?? "";
    const region = stream.get("cloud.region") ?? "";
    for (const metric of scopeMetrics.flatMap(({ metrics = [] }) => metrics)) {
      for (const point of metric.summary?.dataPoints ?? []) yield readPoint(point, metric, { accountId, region });
      if (!metric.summary) yield { fault: `Expected ${nameOf(metric)} to be a summary, as all of a metric stream are` };
    }
  }
}

function readPoint(point: SummaryPoint, metric: Metric, stream: Pick<Datum, "accountId" | "region">): DatumRead {
  const { attributes = [], startTimeUnixNano, timeUnixNano } = point;
  const namespace = textOf(attributes, "Namespace");
  const metricName = textOf(attributes, "MetricName");
  if (namespace === "" || metricName === "") {
    return { fault: `Expected ${nameOf(metric)} to have the attributes Namespace and MetricName` };
  }
  return {
    ...stream,
    namespace,
    metricName,
    dimensions: dimensionsOf(attributes),
    // In JSON a period is called by its beginning, and here it shall be the same series.
    timestampMs: msOf(startTimeUnixNano || timeUnixNano),
    statistics: statisticsOf(point),
  };
}

function statisticsOf({ count = 0n, sum = 0, quantileValues = [] }: SummaryPoint): Map<string, number> {
  const statistics = new Map([
    ["count", Number(count)],
    ["sum", sum],
  ]);
  for (const { quantile = 0, value = 0 } of quantileValues) statistics.set(quantileWord(quantile), value);
  return statistics;
}

/** 0.999 → `p99.9`, as the JSON format calls it. Times a hundred, without the digits that 0.999 does not have. */
function quantileWord(quantile: number): string {
  if (quantile === 0) return "min";
  return quantile === 1 ? "max" : `p${Number((quantile * 100).toPrecision(10))}`;
}

function dimensionsOf(attributes: readonly KeyValue[]): Labels {
  const list = attributes.find(({ key }) => key === "Dimensions")?.value?.kvlistValue?.values ?? [];
  return Object.fromEntries(list.map(({ key = "", value = {} }) => [key, attributeText(value)]));
}

function textOf(attributes: readonly KeyValue[], wanted: string): string {
  return attributes.find(({ key }) => key === wanted)?.value?.stringValue ?? "";
}

function nameOf({ name = "" }: Metric): string {
  return JSON.stringify(name.slice(0, 100));
}
