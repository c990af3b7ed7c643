/** The labels of a series as a plain object, metric name under `__name__`. */
export type Labels = Readonly<Record<string, string>>;

/** Labels sorted by name, as they go on the wire and into the series key. */
export type LabelPairs = readonly (readonly [name: string, value: string])[];

/** The label that holds the metric's name. */
export const NAME_LABEL = "__name__";
/** The label that holds the lane. */
export const LANE_LABEL = "_unique_id";
/** The label that holds the message group, so that a look can select a group. A function of the series key. */
export const GROUP_LABEL = "_group";
/** The metric whose samples say which parts were written. */
export const RECEIPT_METRIC = "penstock_receipt";

/**
 * What the samples of a message mean. `delta`: what was added since the sample before, so that samples of many writers
 * add up. `gauge`: a value that goes up and down. `cumulative`: a count since the start of its one writer, as Prometheus's
 * own counters are.
 */
export type Kind = "delta" | "gauge" | "cumulative";
/** Every {@link Kind}, the default first. */
export const KINDS: readonly Kind[] = ["delta", "gauge", "cumulative"];

/**
 * What becomes of a sample that no lane can take at its own time: `reject` sends it to the dead-letter queue, `restamp`
 * stores it at the time when SQS took its message.
 */
export type Late = "reject" | "restamp";
/** Every {@link Late}, the default first. */
export const LATES: readonly Late[] = ["reject", "restamp"];

/**
 * Labels sorted by name (byte order, as remote write 1.0 asks), without those whose value is empty: to a receiver
 * `{a=""}` and `{}` are one series (Prometheus data model; so Cortex stores them), so they must be one series to us.
 */
export function sortLabels(labels: Labels): LabelPairs {
  return sortPairs(Object.entries(labels));
}

/** {@link sortLabels} of labels that are pairs already, each name once. */
export function sortPairs(labels: LabelPairs): LabelPairs {
  const pairs = labels.every(hasValue) ? labels : labels.filter(hasValue);
  // Most senders sort them; sorting again would cost more than all the rest of decoding.
  return isSorted(pairs) ? pairs : pairs.toSorted(byName);
}

function hasValue(pair: readonly [string, string]): boolean {
  return pair[1] !== "";
}

function isSorted(pairs: LabelPairs): boolean {
  for (let i = 1; i < pairs.length; i++) if (pairs[i - 1]![0] > pairs[i]![0]) return false;
  return true;
}

function byName(a: readonly [string, string], b: readonly [string, string]): number {
  return a[0] < b[0] ? -1 : 1;
}

/** The value of a label; undefined when it is not there. */
export function labelOf(labels: LabelPairs, name: string): string | undefined {
  for (const pair of labels) if (pair[0] === name) return pair[1];
  return undefined;
}

/** Sorted labels with some more in their places, also sorted, whose names are none of theirs. */
export function withLabels(sorted: LabelPairs, added: LabelPairs): LabelPairs {
  const all: (readonly [string, string])[] = [];
  let next = 0;
  for (const pair of sorted) {
    while (next < added.length && added[next]![0] < pair[0]) all.push(added[next++]!);
    all.push(pair);
  }
  while (next < added.length) all.push(added[next++]!);
  return all;
}

/**
 * The canonical text of a series: its labels sorted by name, without `_unique_id` and `_group`, values escaped as in
 * the Prometheus text format (`\\`, `\"`, `\n`). Two label sets are the same series exactly when their keys are equal.
 *
 * @example seriesKey({ status: "200", __name__: "http_requests_total" }) // {__name__="http_requests_total",status="200"}
 */
export function seriesKey(labels: Labels): string {
  return keyOfSorted(sortLabels(labels));
}

/** {@link seriesKey} of labels that are sorted already. */
export function keyOfSorted(labels: LabelPairs): string {
  let key = "{";
  // Ends the label before; in one piece with what follows, as every piece of a text is an object until it is read.
  let end = "";
  for (const pair of labels) {
    if (pair[0] === LANE_LABEL || pair[0] === GROUP_LABEL) continue;
    key += `${end}${pair[0]}="`;
    key += escapeValue(pair[1]);
    end = '",';
  }
  return `${key}${end === "" ? "}" : '"}'}`;
}

/** A label value as the Prometheus text format writes it between quotes. */
export function escapeValue(value: string): string {
  if (!/[\\"\n]/.test(value)) return value;
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
