import { type LabelPairs, NAME_LABEL } from "@penstock/model";
import { goQuote } from "./go-text.ts";

/** As they came off the wire to one order. A repeated name keeps its order of arrival. */
export function sortPairs(labels: LabelPairs): LabelPairs {
  return isSorted(labels) ? labels : labels.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function isSorted(labels: LabelPairs): boolean {
  return labels.every(([name], i) => i === 0 || labels[i - 1]![0] <= name);
}

/** A label without a value is no label: `{a=""}` and `{}` are one series (transcript `empty-label-value-identity`). */
export function dropEmpty(labels: LabelPairs): LabelPairs {
  return labels.every(([, value]) => value !== "") ? labels : labels.filter(([, value]) => value !== "");
}

/** The first name that sorted labels have twice. */
export function repeatedName(sorted: LabelPairs): string | undefined {
  return sorted.find(([name], i) => i > 0 && sorted[i - 1]![0] === name)?.[0];
}

export function labelValue(labels: LabelPairs, name: string): string | undefined {
  return labels.find(([label]) => label === name)?.[1];
}

/** What identifies a series in memory. Lengths keep apart what separators could not. */
export function labelsKey(sorted: LabelPairs): string {
  let key = "";
  for (const [name, value] of sorted) key += `${name.length}:${name}${value.length}:${value}`;
  return key;
}

/** `{__name__="m", a="1"}`: Go's `labels.Labels.String()`. */
export function formatLabels(labels: LabelPairs): string {
  return `{${labels.map(formatPair).join(", ")}}`;
}

/** `m{a="1"}`: Cortex's `formatLabelSet`; a second name stays among the labels. */
export function formatMetric(labels: LabelPairs): string {
  const nameAt = labels.findIndex(([name]) => name === NAME_LABEL);
  const others = labels.filter((_, i) => i !== nameAt).map(formatPair);
  const name = nameAt < 0 ? "" : labels[nameAt]![1];
  if (others.length === 0) return nameAt < 0 ? "{}" : name;
  return `${name}{${others.join(", ")}}`;
}

function formatPair([name, value]: readonly [string, string]): string {
  return `${name}=${goQuote(value)}`;
}

/** The order in which Prometheus gives series: by the first name, then the first value, that differ (`labels.Compare`). */
export function compareLabels(a: LabelPairs, b: LabelPairs): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [aName, aValue] = a[i]!;
    const [bName, bValue] = b[i]!;
    if (aName !== bName) return aName < bName ? -1 : 1;
    if (aValue !== bValue) return aValue < bValue ? -1 : 1;
  }
  return a.length - b.length;
}
