import { type LabelPairs, labelOf, NAME_LABEL, RECEIPT_METRIC, type Reason } from "@penstock/model";

/**
 * What a refusal's text says. It is read only once looking has shown that a sample neither landed nor had anything in
 * its way: a 400 names one sample of maybe many, can be empty, and the specification forbids relying on its words.
 */
export interface Refusal {
  readonly reason: Reason | undefined;
  /** `floor`: older than what the receiver takes. `limit`: a limit on series, whichever they are. */
  readonly scope: "floor" | "limit" | "sample";
  /** The sample's time, where the text names it. */
  readonly timestampMs: number | undefined;
  /** Whether the text names this series. */
  names(labels: LabelPairs): boolean;
  /** The text is about a receipt, not about a sample. */
  readonly aboutReceipt: boolean;
}

/** Cortex 1.21.1's, AMP's and Prometheus' words (test/contract/transcripts). */
const WORDS: readonly (readonly [words: string, reason: Reason, scope: Refusal["scope"]])[] = [
  ["out of order sample", "sample-out-of-order", "sample"],
  ["duplicate sample for timestamp", "new-value-for-timestamp", "sample"],
  ["out of bounds: timestamp is too far in the future", "too_far_in_future", "sample"],
  ["out of bounds", "sample-out-of-bounds", "floor"],
  ["too old sample", "sample-too-old", "floor"],
  ["timestamp too old", "greater_than_max_sample_age", "floor"],
  ["timestamp too new", "too_far_in_future", "sample"],
  ["sample missing metric name", "missing_metric_name", "sample"],
  ["sample invalid metric name", "metric_name_invalid", "sample"],
  ["sample invalid label", "label_invalid", "sample"],
  ["label name too long", "label_name_too_long", "sample"],
  ["label value too long", "label_value_too_long", "sample"],
  ["series has too many labels", "max_label_names_per_series", "sample"],
  ["labels size bytes exceeded", "labels_size_bytes_exceeded", "sample"],
  ["duplicate label name", "duplicate_label_names", "sample"],
  ["per-user series limit", "per_user_series_limit", "limit"],
  ["per-metric series limit", "per_metric_series_limit", "limit"],
  ["per-labelset series limit", "per_labelset_series_limit", "limit"],
];

/** Reads the text of a 400. Never throws; of an unknown text it says only what it can. */
export function readRefusal(body: string): Refusal {
  // The receiver's own words come before the first label: a label value may hold anything, these words too.
  const words = body.slice(0, body.search(/["{']|$/));
  const [, reason, scope] = WORDS.find(([text]) => words.includes(text)) ?? [undefined, undefined, "sample" as const];
  return {
    reason,
    scope,
    timestampMs: readTimestamp(words),
    names: (labels) =>
      body.includes(goLabels(labels)) || body.trimEnd().endsWith(`metric: "${labelOf(labels, NAME_LABEL)}"`),
    aboutReceipt: body.includes(`${NAME_LABEL}="${RECEIPT_METRIC}"`) || body.includes(`metric: "${RECEIPT_METRIC}"`),
  };
}

const CURED_BY_A_LANE: ReadonlySet<Reason | undefined> = new Set(["sample-out-of-order", "new-value-for-timestamp"]);

/** Whether the refused sample could be taken in another lane. */
export function isCuredByALane({ reason }: Refusal): boolean {
  return CURED_BY_A_LANE.has(reason);
}

function readTimestamp(words: string): number | undefined {
  const date = /timestamp=([0-9TZ:.+-]+)/.exec(words)?.[1];
  if (date !== undefined) {
    const ms = Date.parse(date);
    return Number.isNaN(ms) ? undefined : ms;
  }
  const ms = /timestamp(?: too (?:old|new):)? (\d{12,15})\b/.exec(words)?.[1];
  return ms === undefined ? undefined : Number(ms);
}

/** A series as Go prints its labels. Escapes beyond JSON's differ; such a series is then found by halving. */
function goLabels(labels: LabelPairs): string {
  return `{${labels.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(", ")}}`;
}
