import { type LabelPairs, NAME_LABEL, utf8Length } from "@penstock/model";
import { goInteger, goQuoteShort } from "../go-text.ts";
import { dropEmpty, formatLabels, formatMetric, labelValue, sortPairs } from "../labels.ts";
import type { Exemplar, IncomingSeries } from "../series.ts";
import type { CortexRules } from "./cortex-rules.ts";

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** A series' sorted labels, or why Cortex's distributor takes nothing of it. */
export type Validated = { readonly labels: LabelPairs } | { readonly words: string };

/**
 * One series as Cortex's distributor looks at it, in its order (pkg/distributor, pkg/util/validation). The metric's
 * name is looked at before empty labels go (cortexproject/cortex#7253), so `__name__=""` is an invalid name.
 */
export function validateSeries(series: IncomingSeries, rules: CortexRules, nowMs: number): Validated {
  const sorted = sortPairs(series.labels);
  const name = labelValue(sorted, NAME_LABEL);
  if (name === undefined) return { words: "sample missing metric name" };
  if (!METRIC_NAME.test(name)) return { words: `sample invalid metric name: ${goQuoteShort(name)}` };
  const labels = dropEmpty(sorted);
  const words =
    refuseLabels(labels, rules) ??
    refuseTimestamps(series.timestamps, name, rules, nowMs) ??
    refuseExemplars(series.exemplars ?? [], labels);
  return words === undefined ? { labels } : { words };
}

function refuseLabels(labels: LabelPairs, rules: CortexRules): string | undefined {
  if (labels.length > rules.maxLabels) {
    return `series has too many labels (actual: ${labels.length}, limit: ${rules.maxLabels}) series: '${formatMetric(labels)}'`;
  }
  let bytes = 0;
  let previous = "";
  for (const [name, value] of labels) {
    const words = refuseLabel(name, value, previous, labels, rules);
    if (words !== undefined) return words;
    bytes += wireSize(name) + wireSize(value);
    previous = name;
  }
  if (rules.maxLabelsBytes === undefined || bytes <= rules.maxLabelsBytes) return undefined;
  const sizes = `(actual: ${bytes}, limit: ${rules.maxLabelsBytes})`;
  return `labels size bytes exceeded for metric ${sizes} metric: ${goQuoteShort(formatMetric(labels))}`;
}

function refuseLabel(
  name: string,
  value: string,
  previous: string,
  labels: LabelPairs,
  { maxLabelNameBytes, maxLabelValueBytes }: CortexRules,
): string | undefined {
  const metric = (): string => goQuoteShort(formatMetric(labels));
  if (!LABEL_NAME.test(name)) return `sample invalid label: ${goQuoteShort(name)} metric ${metric()}`;
  if (name.length > maxLabelNameBytes) {
    const sizes = `(actual: ${name.length}, limit: ${maxLabelNameBytes})`;
    return `label name too long for metric ${sizes} metric: ${metric()} label name: ${goQuoteShort(name)}`;
  }
  const valueBytes = utf8Length(value);
  if (valueBytes > maxLabelValueBytes) {
    const sizes = `(actual: ${valueBytes}, limit: ${maxLabelValueBytes})`;
    return `label value too long for metric ${sizes} metric: ${metric()} label name: ${goQuoteShort(name)} label value: ${goQuoteShort(value)}`;
  }
  if (name === previous) return `duplicate label name: ${goQuoteShort(name)} metric ${metric()}`;
  return undefined;
}

/** One bad timestamp costs the whole entry, its fine samples too (transcript `max-age-quota-mix`). */
function refuseTimestamps(
  timestamps: ArrayLike<number>,
  name: string,
  { rejectOldSamplesMaxAgeMs = Infinity, creationGraceMs }: CortexRules,
  nowMs: number,
): string | undefined {
  for (let i = 0; i < timestamps.length; i++) {
    const timestamp = timestamps[i]!;
    const old = timestamp < nowMs - rejectOldSamplesMaxAgeMs;
    if (old || timestamp > nowMs + creationGraceMs) {
      return `timestamp too ${old ? "old" : "new"}: ${goInteger(timestamp)} metric: ${goQuoteShort(name)}`;
    }
  }
  return undefined;
}

/** `ExemplarMaxLabelSetLength`: characters of names and values (OpenMetrics, "Exemplars"). */
const MAX_EXEMPLAR_LENGTH = 128;

/** One bad exemplar costs the whole entry (pkg/util/validation, `ValidateExemplar`). */
function refuseExemplars(exemplars: readonly Exemplar[], series: LabelPairs): string | undefined {
  for (const { labels, timestampMs } of exemplars) {
    const fault = exemplarFault(labels, timestampMs);
    if (fault === undefined) continue;
    return `exemplar ${fault}, timestamp: ${goInteger(timestampMs)} series: ${formatLabels(series)} labels: ${formatLabels(labels)}`;
  }
  return undefined;
}

function exemplarFault(labels: LabelPairs, timestampMs: number): string | undefined {
  if (labels.length === 0) return "missing labels";
  if (timestampMs === 0) return "missing timestamp";
  const length = labels.reduce((sum, [name, value]) => sum + [...name].length + [...value].length, 0);
  return length > MAX_EXEMPLAR_LENGTH ? `combined labelset exceeds ${MAX_EXEMPLAR_LENGTH} characters` : undefined;
}

/** Of a string in a protobuf message: a tag, its length as a varint, its bytes. */
function wireSize(text: string): number {
  const bytes = utf8Length(text);
  return 1 + Math.max(1, Math.ceil((32 - Math.clz32(bytes)) / 7)) + bytes;
}
