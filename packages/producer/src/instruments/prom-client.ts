import { jsonValue, type Labels, type MessageSeries } from "@penstock/model";

/** The part of a prom-client `Registry` that `bridge` needs: any version from 14 on, or one's own. */
export interface PromClientRegistry {
  getMetricsAsJSON(): Promise<readonly PromClientMetric[]>;
}

/** A metric as prom-client describes it. */
export interface PromClientMetric {
  readonly name: string;
  /** `counter`, `gauge`, `histogram` or `summary`; prom-client's own types have a number here, its values have text. */
  readonly type: unknown;
  /** One for each series. */
  readonly values?: readonly PromClientValue[];
}

/** One sample of a metric as prom-client describes it. */
export interface PromClientValue {
  readonly value: number;
  readonly labels: Readonly<Partial<Record<string, string | number>>>;
  /** `x_bucket`, `x_sum`, `x_count` where it is not the metric's own. */
  readonly metricName?: string;
}

/** A registry's series at one time, by kind. */
export interface Reading {
  readonly cumulative: readonly MessageSeries[];
  readonly gauge: readonly MessageSeries[];
}

/**
 * What a registry says now: counters and the parts of histograms as cumulative, gauges as gauges; of a summary `_sum` and
 * `_count` as cumulative and the quantiles as gauges. Names and labels are those that the registry itself would print for
 * a scrape, so that dashboards and rules find the same series.
 */
export async function readRegistry(
  registry: PromClientRegistry,
  labels: Labels,
  timestampMs: number,
): Promise<Reading> {
  const reading = { cumulative: [] as MessageSeries[], gauge: [] as MessageSeries[] };
  for (const metric of await registry.getMetricsAsJSON()) {
    for (const value of metric.values ?? []) {
      reading[kindOf(metric, value)].push({
        metric: { ...labels, ...printed(value.labels), __name__: value.metricName ?? metric.name },
        timestamps: [timestampMs],
        values: [jsonValue(value.value)],
      });
    }
  }
  return reading;
}

function kindOf({ type }: PromClientMetric, { metricName }: PromClientValue): "cumulative" | "gauge" {
  if (type === "counter" || type === "histogram") return "cumulative";
  return type === "summary" && metricName !== undefined ? "cumulative" : "gauge";
}

function printed(labels: PromClientValue["labels"]): Labels {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
}
