import type { Reason } from "@penstock/model";
import { MOVED_REASON } from "./letters/letter.ts";

/**
 * What a replay can do about a reason. `as-is`: it may go through later, or once the receiver is changed. `restamp`: only at
 * another time. `relabel`: only under other labels. `edit`: only with other content (export, edit, import). `never`: no
 * replay helps.
 */
export type ReplayAdvice = "as-is" | "restamp" | "relabel" | "edit" | "never";

export interface ReasonNote {
  /** One sentence each. */
  readonly meaning: string;
  readonly cause: string;
  readonly cure: string;
  readonly replay: ReplayAdvice;
}

/** The short form of docs/reasons.md. */
export const REASON_NOTES: Readonly<Record<Reason | typeof MOVED_REASON, ReasonNote>> = {
  "sample-out-of-order": {
    meaning: "A later sample of the series is stored already, and this kind of sample has one lane only.",
    cause: "A gauge or cumulative series was sent late, or by two writers at once.",
    cure: "Give each writer a label of its own; widen the workspace's out-of-order window.",
    replay: "restamp",
  },
  "sample-too-old": {
    meaning: "The sample is further behind the newest stored one than the receiver's out-of-order window.",
    cause: "The pipeline or the writer was behind for longer than the window.",
    cure: "Find what was late (queue age, writer's clock); widen the window, at most 600 s.",
    replay: "restamp",
  },
  "sample-out-of-bounds": {
    meaning: "The sample is older than anything the receiver's newest block can take, in whatever lane.",
    cause:
      "It is more than an hour behind the newest sample of the whole workspace; one writer whose clock is ahead does that too.",
    cure: "Check the writers' clocks, and what was late.",
    replay: "restamp",
  },
  "new-value-for-timestamp": {
    meaning: "Another value is stored at the same time in the same series.",
    cause: "Two writers share one gauge or cumulative series, or one said two values for one time.",
    cure: "Give each writer a label of its own.",
    replay: "relabel",
  },
  greater_than_max_sample_age: {
    meaning: "The sample was more than an hour old when its turn came.",
    cause: "An outage or a backlog of more than an hour, a writer that buffers, or a clock that is behind.",
    cure: "Send with `late: restamp` where a shifted time is better than none.",
    replay: "restamp",
  },
  too_far_in_future: {
    meaning: "The sample's time is more than ten minutes ahead.",
    cause: "The writer's clock is ahead, or the time is in another unit or zone.",
    cure: "Set the writer's clock. Replay as it is once that time has come.",
    replay: "as-is",
  },
  label_invalid: {
    meaning: "A label's name is none: it must match [a-zA-Z_][a-zA-Z0-9_]*.",
    cause: "A name with a dot or a dash, from OpenTelemetry or a header.",
    cure: "Rename the label at the writer.",
    replay: "relabel",
  },
  label_name_too_long: {
    meaning: "A label's name has more bytes than the receiver takes (1,024).",
    cause: "Data became a label name.",
    cure: "Move the data into a value, or drop the label, at the writer.",
    replay: "relabel",
  },
  label_value_too_long: {
    meaning: "A label's value has more bytes than the receiver takes (2,048).",
    cause: "A URL, a query or a stack trace became a label value.",
    cure: "Cut or drop it at the writer.",
    replay: "relabel",
  },
  labels_size_bytes_exceeded: {
    meaning: "All names and values of the series together are larger than the receiver takes (7 KiB).",
    cause: "Too many or too long labels.",
    cure: "Drop labels at the writer.",
    replay: "relabel",
  },
  max_label_names_per_series: {
    meaning: "The series has more labels than the receiver takes (150, of which Penstock adds two).",
    cause: "A map of attributes became labels.",
    cure: "Choose which labels are needed, at the writer.",
    replay: "relabel",
  },
  missing_metric_name: {
    meaning: "The series has no label `__name__`, or an empty one.",
    cause: "The writer left it out.",
    cure: "Name the metric at the writer.",
    replay: "relabel",
  },
  metric_name_invalid: {
    meaning: "The metric's name is none: it must match [a-zA-Z_:][a-zA-Z0-9_:]*.",
    cause: "A name with a dot or a dash.",
    cure: "Rename the metric at the writer.",
    replay: "relabel",
  },
  duplicate_label_names: {
    meaning: "A label stands in the series twice.",
    cause: "The receiver's own labels collide with the series'.",
    cure: "Rename the label at the writer.",
    replay: "relabel",
  },
  per_user_series_limit: {
    meaning: "The workspace has as many active series as it may, and this would be one more.",
    cause: "More series than meant: look for a label with ever new values.",
    cure: "Remove that label, or raise the quota; AMP raises it by itself up to twice the last peak in half an hour.",
    replay: "as-is",
  },
  per_metric_series_limit: {
    meaning: "The metric has as many active series as it may, and this would be one more.",
    cause: "A label with ever new values.",
    cure: "Remove that label, or raise the quota.",
    replay: "as-is",
  },
  per_labelset_series_limit: {
    meaning: "A limit for a label set, set in the workspace, is reached.",
    cause: "That set grew beyond what somebody meant it to have.",
    cure: "Look at `penstock doctor`, workspace.limits; raise the limit or shrink the set.",
    replay: "as-is",
  },
  message_malformed: {
    meaning: "The body is no message of version 1: not JSON, not gzip where it says so, or too many samples.",
    cause: "A sender without our library, or a wrong queue.",
    cure: "Check what is sent with `penstock check`.",
    replay: "edit",
  },
  series_malformed: {
    meaning: "A series has not the shape of one: no `metric`, or times and values of different lengths.",
    cause: "A sender without our library.",
    cure: "Check what is sent with `penstock check`.",
    replay: "edit",
  },
  timestamp_invalid: {
    meaning: "A time is no whole number of milliseconds since 1970.",
    cause: "Seconds, microseconds or nanoseconds were sent.",
    cure: "Send milliseconds.",
    replay: "edit",
  },
  value_invalid: {
    meaning: "A value is no number, or one that a delta cannot have (NaN, infinity).",
    cause: "A division by zero, or a number as text.",
    cure: "Leave such samples out at the writer.",
    replay: "never",
  },
  text_malformed: {
    meaning: "A label holds half a character (a lone surrogate), which has no UTF-8.",
    cause: "A text was cut in the middle of a character.",
    cure: "Cut by characters at the writer.",
    replay: "relabel",
  },
  label_reserved: {
    meaning: "The series carries `_unique_id` or `_group`, which Penstock writes itself.",
    cause: "A writer sets them, or what was read from the receiver is sent again.",
    cure: "Drop them at the writer.",
    replay: "relabel",
  },
  lanes_exhausted: {
    meaning: "In every lane of the series something stands at the same or a later time.",
    cause: "More than ten writers' worth of disorder in one series.",
    cure: "Give the writers labels of their own, or send in larger batches, in order.",
    replay: "restamp",
  },
  series_too_large: {
    meaning: "The series alone is larger than a request to the receiver may be.",
    cause: "Very long labels.",
    cure: "Drop labels at the writer.",
    replay: "relabel",
  },
  ha_replica_not_elected: {
    meaning: "The receiver keeps one replica of the series' cluster, and this is another.",
    cause: "The labels `cluster` and `__replica__` are set, which turn high availability deduplication on.",
    cure: "Nothing, if two replicas are meant. Otherwise drop `__replica__`.",
    replay: "never",
  },
  refused: {
    meaning: "The receiver refused the sample alone and twice, in words that nobody here knows.",
    cause: "Read the letter's detail: it is the receiver's own text.",
    cure: "Look it up in the receiver's documentation; in CloudWatch, AMP tells `DiscardedSamples` by reason.",
    replay: "as-is",
  },
  [MOVED_REASON]: {
    meaning: "The whole message was received too often, and SQS's redrive policy moved it.",
    cause: "It crashes the consumer, or the receiver was out of order for longer than the policy allows.",
    cure: "Read the consumer's log at that time. Replay it once the cause is gone: what is stored of it is not stored again.",
    replay: "as-is",
  },
};

/** Undefined for a reason that is not one of ours: a letter may say anything. */
export function noteOf(reason: string): ReasonNote | undefined {
  return Object.hasOwn(REASON_NOTES, reason) ? REASON_NOTES[reason as keyof typeof REASON_NOTES] : undefined;
}

/** Where docs/reasons.md speaks of a reason. */
export function reasonPage(reason: string): string {
  return `docs/reasons.md#${reason.toLowerCase()}`;
}
