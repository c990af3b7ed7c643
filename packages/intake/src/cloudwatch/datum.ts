import { jsonValue, type Labels, type MessageSeries, NAME_LABEL } from "@penstock/model";
import { cloudWatchName, dimensionName, jobName, statisticName } from "./names.ts";

/** One metric in one period, as a metric stream sends it, whatever its format. */
export interface Datum {
  readonly accountId: string;
  readonly region: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Labels;
  /** The beginning of the period, in milliseconds since the epoch. */
  readonly timestampMs: number;
  /** By the stream's words: `count`, `sum`, `min`, `max`, `p99`, … */
  readonly statistics: ReadonlyMap<string, number>;
}

/** Its statistics as gauges of the period, one series each. */
export function* seriesOfDatum(datum: Datum): Generator<MessageSeries> {
  const { namespace, metricName, timestampMs, statistics } = datum;
  const labels = labelsOf(datum);
  for (const [statistic, value] of statistics) {
    const name = cloudWatchName(namespace, metricName, statisticName(statistic));
    yield { metric: { ...labels, [NAME_LABEL]: name }, timestamps: [timestampMs], values: [jsonValue(value)] };
  }
}

/** A dimension may have a name that is taken, or two may become one name. */
function labelsOf({ accountId, region, namespace, dimensions }: Datum): Labels {
  const labels = new Map([
    ["job", jobName(namespace)],
    ["account_id", accountId],
    ["region", region],
  ]);
  for (const [dimension, value] of Object.entries(dimensions)) {
    let name = dimensionName(dimension);
    while (labels.has(name)) name = `dimension_${name}`;
    labels.set(name, value);
  }
  return Object.fromEntries(labels);
}
