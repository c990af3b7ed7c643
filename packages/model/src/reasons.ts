/**
 * Reasons in AMP's and Cortex's own words (CloudWatch `DiscardedSamples` by reason, Cortex pkg/util/validation), so that a
 * search for one finds their documentation. `docs/reasons.md` has an entry for each of these and of {@link OUR_REASONS}.
 */
export const RECEIVER_REASONS = [
  "sample-out-of-order",
  "sample-too-old",
  "sample-out-of-bounds",
  "new-value-for-timestamp",
  "greater_than_max_sample_age",
  "too_far_in_future",
  "label_invalid",
  "label_name_too_long",
  "label_value_too_long",
  "labels_size_bytes_exceeded",
  "max_label_names_per_series",
  "missing_metric_name",
  "metric_name_invalid",
  "duplicate_label_names",
  "per_user_series_limit",
  "per_metric_series_limit",
  "per_labelset_series_limit",
] as const;

/** Reasons for which receivers have no word. */
export const OUR_REASONS = [
  /** The body is not a message: not JSON, another version, a gzip that does not unpack, too many samples. */
  "message_malformed",
  /** A series whose fields have the wrong shape: no metric, timestamps and values of different lengths. */
  "series_malformed",
  /** A timestamp that is not a positive whole number of milliseconds. */
  "timestamp_invalid",
  /** A value that is no number, or a delta that does not add up. */
  "value_invalid",
  /** Text with a lone surrogate: it has no UTF-8. */
  "text_malformed",
  /** A label that Penstock writes itself: `_unique_id` or `_group`. */
  "label_reserved",
  /** In every lane something is in the way. */
  "lanes_exhausted",
  /** One series is larger than the receiver takes in a request. */
  "series_too_large",
  /** The receiver keeps only one replica of this series' cluster, and this one is not it. */
  "ha_replica_not_elected",
  /** The receiver refused the sample alone and twice, and did not say why in words we know. */
  "refused",
] as const;

/** Why a sample was rejected. */
export type Reason = (typeof RECEIVER_REASONS)[number] | (typeof OUR_REASONS)[number];

/** What will never be stored, and why. */
export interface Reject {
  readonly reason: Reason;
  /** One sentence: what was expected and what was there, or the receiver's own words. */
  readonly detail: string;
}
