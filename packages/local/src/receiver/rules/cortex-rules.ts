import {
  type Labels,
  MAX_LABEL_NAME_BYTES,
  MAX_LABEL_VALUE_BYTES,
  MAX_LABELS,
  MAX_LABELS_BYTES,
  MAX_SAMPLE_AGE_MS,
  MAX_SAMPLE_LEAD_MS,
} from "@penstock/model";

/** What an operator of Cortex sets for a tenant. Undefined is no such limit. */
export interface CortexRules {
  /** Named in errors. */
  readonly tenant: string;
  /** `out_of_order_time_window`; 0 is none. */
  readonly outOfOrderWindowMs: number;
  /** `creation_grace_period`: how far ahead a sample may be. */
  readonly creationGraceMs: number;
  /** `reject_old_samples_max_age`, when `reject_old_samples` is on. */
  readonly rejectOldSamplesMaxAgeMs: number | undefined;
  readonly maxLabels: number;
  readonly maxLabelNameBytes: number;
  readonly maxLabelValueBytes: number;
  /** `max_labels_size_bytes` of a series, as it is on the wire. */
  readonly maxLabelsBytes: number | undefined;
  readonly ingestionRate: IngestionRate | undefined;
  /** `max_series_per_user` */
  readonly maxSeries: number | undefined;
  readonly maxSeriesPerMetric: number | undefined;
  /** `limits_per_label_set`; an empty set is for the series that fit no other. */
  readonly maxSeriesPerLabelSet: readonly LabelSetLimit[];
  /** `accept_ha_samples`: of every `cluster`, only one `__replica__`'s samples are taken. */
  readonly haDedupe: boolean;
  /** `max_recv_msg_size`, as sent and unpacked. */
  readonly maxRequestBytes: number;
}

export interface IngestionRate {
  readonly samplesPerSecond: number;
  /** No request of more samples ever passes. */
  readonly burst: number;
  /** Sent with a 429. Cortex sends none (transcript `rate-limit`), others do. */
  readonly retryAfterSeconds?: number | undefined;
}

export interface LabelSetLimit {
  readonly labelSet: Labels;
  readonly maxSeries: number;
}

/** Cortex 1.21.1 as it comes, but for its ingestion rate of 25,000 samples a second. */
export const CORTEX_RULES: CortexRules = {
  tenant: "fake",
  outOfOrderWindowMs: 0,
  creationGraceMs: MAX_SAMPLE_LEAD_MS,
  rejectOldSamplesMaxAgeMs: undefined,
  maxLabels: 30,
  maxLabelNameBytes: MAX_LABEL_NAME_BYTES,
  maxLabelValueBytes: MAX_LABEL_VALUE_BYTES,
  maxLabelsBytes: undefined,
  ingestionRate: undefined,
  maxSeries: undefined,
  maxSeriesPerMetric: undefined,
  maxSeriesPerLabelSet: [],
  haDedupe: false,
  maxRequestBytes: 100 * 1024 * 1024,
};

/** A workspace of Amazon Managed Service for Prometheus with its default quotas (docs/quotas.md). */
export const AMP_RULES: CortexRules = {
  ...CORTEX_RULES,
  tenant: "000000000000_ws-local",
  outOfOrderWindowMs: 60_000,
  rejectOldSamplesMaxAgeMs: MAX_SAMPLE_AGE_MS,
  maxLabels: MAX_LABELS,
  maxLabelsBytes: MAX_LABELS_BYTES,
  ingestionRate: { samplesPerSecond: 1_666_666, burst: 1_666_666 },
  haDedupe: true,
  maxRequestBytes: 1024 * 1024,
};
