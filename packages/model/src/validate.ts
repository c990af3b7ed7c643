import { isNumberWord } from "./json.ts";
import {
  MAX_LABEL_NAME_BYTES,
  MAX_LABEL_VALUE_BYTES,
  MAX_LABELS,
  MAX_LABELS_BYTES,
  MAX_SAMPLE_LEAD_MS,
} from "./limits.ts";
import type { Reason, Reject } from "./reasons.ts";
import { GROUP_LABEL, type Kind, LANE_LABEL, type LabelPairs, labelOf, NAME_LABEL } from "./series.ts";
import { show, utf8Length } from "./text.ts";

/** A receiver's limits on labels; the defaults are AMP's. Bytes are of UTF-8. */
export interface LabelLimits {
  /** Of one series, `_unique_id` and `_group` included. */
  readonly maxLabels: number;
  readonly maxLabelNameBytes: number;
  readonly maxLabelValueBytes: number;
  /** Names and values of one series together, `_unique_id` and `_group` included. */
  readonly maxLabelsBytes: number;
}

/** The consumer adds `_unique_id` and `_group`, so a sender has two labels fewer, and their bytes, "10" and a group's. */
const ADDED_LABELS = 2;
const ADDED_BYTES: number = LANE_LABEL.length + GROUP_LABEL.length + 2 + 16;

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * Why no receiver would take this series; undefined when it would. A receiver that is asked anyway refuses the whole
 * entry, and some refuse the whole request (measured on Cortex 1.21 and Prometheus 2.42), so this is asked before
 * anything is sent.
 *
 * @param labels sorted, without empty values
 */
export function checkLabels(labels: LabelPairs, limits: Partial<LabelLimits> = {}): Reject | undefined {
  const {
    maxLabels = MAX_LABELS,
    maxLabelNameBytes = MAX_LABEL_NAME_BYTES,
    maxLabelValueBytes = MAX_LABEL_VALUE_BYTES,
    maxLabelsBytes = MAX_LABELS_BYTES,
  } = limits;
  const name = labelOf(labels, NAME_LABEL);
  if (name === undefined) return reject("missing_metric_name", "Expected a label `__name__` that is not empty");
  const ill = labels.find(isIll);
  if (ill) return reject("text_malformed", `Expected well-formed text in label ${show(ill[0])}, got a lone surrogate`);
  if (!METRIC_NAME.test(name))
    return reject("metric_name_invalid", `Expected a metric name like ${METRIC_NAME.source}, got ${show(name)}`);
  if (labels.length > maxLabels - ADDED_LABELS) {
    return reject(
      "max_label_names_per_series",
      `Expected at most ${maxLabels - ADDED_LABELS} labels, got ${labels.length}`,
    );
  }
  let bytes = ADDED_BYTES;
  for (const pair of labels) {
    const label = pair[0];
    const value = pair[1];
    const nameBytes = utf8Length(label);
    const valueBytes = utf8Length(value);
    bytes += nameBytes + valueBytes;
    if (label === LANE_LABEL || label === GROUP_LABEL) {
      return reject("label_reserved", `Expected no label \`${label}\`: Penstock writes it itself`);
    }
    if (!LABEL_NAME.test(label))
      return reject("label_invalid", `Expected a label name like ${LABEL_NAME.source}, got ${show(label)}`);
    if (nameBytes > maxLabelNameBytes) {
      return reject(
        "label_name_too_long",
        `Expected label names of at most ${maxLabelNameBytes} bytes, got ${nameBytes}: ${show(label)}`,
      );
    }
    if (valueBytes > maxLabelValueBytes) {
      return reject(
        "label_value_too_long",
        `Expected values of at most ${maxLabelValueBytes} bytes, got ${valueBytes} in label \`${label}\``,
      );
    }
  }
  if (bytes > maxLabelsBytes) {
    return reject(
      "labels_size_bytes_exceeded",
      `Expected at most ${maxLabelsBytes} bytes of labels, got ${bytes} with \`${LANE_LABEL}\` and \`${GROUP_LABEL}\``,
    );
  }
  return undefined;
}

function isIll(pair: LabelPairs[number]): boolean {
  return !pair[0].isWellFormed() || !pair[1].isWellFormed();
}

/** Before 1973 in milliseconds, and today in seconds. */
const LOOKS_LIKE_SECONDS_BELOW = 1e11;
/** The year 5138 in milliseconds, and today in microseconds or nanoseconds. */
const LOOKS_LIKE_MICROSECONDS_ABOVE = 1e14;

/** Why `value` is no timestamp at all; undefined when it is one. `index` is its place in `timestamps`. */
export function unreadableTimestamp(value: unknown, index: number): Reject | undefined {
  const isWhole = Number.isSafeInteger(value) && (value as number) > 0;
  if (isWhole && isMilliseconds(value as number)) return undefined;
  const expected = `Expected \`timestamps[${index}]\` to be a whole number of milliseconds, got ${show(value)}`;
  if (!isWhole) return reject("timestamp_invalid", expected);
  const unit = (value as number) < LOOKS_LIKE_SECONDS_BELOW ? "seconds" : "microseconds or nanoseconds";
  return reject("timestamp_invalid", `${expected}, which looks like ${unit}`);
}

function isMilliseconds(value: number): boolean {
  return value >= LOOKS_LIKE_SECONDS_BELOW && value <= LOOKS_LIKE_MICROSECONDS_ABOVE;
}

/**
 * Why `source` is no value for this kind; undefined when it is one. `value` is what `numberOf` reads it as, `index` its
 * place in `values`.
 */
export function unreadableValue(source: unknown, value: number, kind: Kind, index: number): Reject | undefined {
  if (Number.isFinite(value)) return undefined;
  // JSON.parse reads 1e999 as Infinity, and writes NaN as null: neither was meant.
  if (!isNumberWord(source)) {
    const expected = 'a finite number, "NaN", "Infinity" or "-Infinity"';
    return reject("value_invalid", `Expected \`values[${index}]\` to be ${expected}, got ${show(source)}`);
  }
  if (kind === "delta") {
    return reject(
      "value_invalid",
      `Expected \`values[${index}]\` of a delta to be finite, got ${show(source)}: it would make every sum ${show(source)}`,
    );
  }
  return undefined;
}

/** Why a sample of `timestampMs` is too far ahead of `nowMs` to be stored; undefined when it is not. */
export function tooFarAhead(timestampMs: number, nowMs: number): Reject | undefined {
  if (timestampMs - nowMs <= MAX_SAMPLE_LEAD_MS) return undefined;
  const minutes = ((timestampMs - nowMs) / 60_000).toFixed(1);
  return reject(
    "too_far_in_future",
    `Expected at most ${MAX_SAMPLE_LEAD_MS / 60_000} minutes ahead, got ${minutes}: ${timestampMs} at ${nowMs}`,
  );
}

/** Why a sample of `timestampMs` is too far behind `nowMs` to be stored at its own time; undefined when it is not. */
export function tooLate(timestampMs: number, nowMs: number, maxAgeMs: number): Reject | undefined {
  if (nowMs - timestampMs <= maxAgeMs) return undefined;
  const minutes = ((nowMs - timestampMs) / 60_000).toFixed(1);
  return reject(
    "greater_than_max_sample_age",
    `Expected at most ${maxAgeMs / 60_000} minutes of age, got ${minutes}: ${timestampMs} at ${nowMs}`,
  );
}

function reject(reason: Reason, detail: string): Reject {
  return { reason, detail };
}
