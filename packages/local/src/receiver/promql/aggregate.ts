import { type LabelPairs, NAME_LABEL } from "@penstock/model";
import { labelsKey } from "../labels.ts";
import { staysInfinite } from "./range-functions.ts";
import type { Aggregation, Grouping } from "./syntax.ts";
import { newRow, type Row, type Steps, setValue, type Vector } from "./value.ts";

/** `sum by (a) (…)`: of the rows that have the same grouping labels, one row. */
export function aggregate(rows: Vector, aggregation: Aggregation, grouping: Grouping, steps: Steps): Vector {
  const groups = new Map<string, { readonly result: Row; readonly counts: Uint32Array }>();
  const fold = FOLD[aggregation];
  for (const { labels, values, present } of rows) {
    const groupLabels = labelsOf(labels, grouping);
    const key = labelsKey(groupLabels);
    const group = groups.get(key) ?? { result: newRow(groupLabels, steps), counts: new Uint32Array(steps.count) };
    groups.set(key, group);
    for (let step = 0; step < steps.count; step++) {
      if (present[step] === 0) continue;
      const count = ++group.counts[step]!;
      setValue(group.result, step, fold(group.result.values[step]!, values[step]!, count));
    }
  }
  return [...groups.values()].map(({ result }) => result);
}

/** What a group is after one more value, its `count`th (Prometheus 2.42 promql/engine.go, `aggregation`). */
const FOLD: Readonly<Record<Aggregation, (group: number, value: number, count: number) => number>> = {
  sum: (group, value) => group + value,
  avg: (group, value, count) => (staysInfinite(group, value) ? group : group + (value / count - group / count)),
  min: (group, value, count) => (count === 1 || group > value || Number.isNaN(group) ? value : group),
  max: (group, value, count) => (count === 1 || group < value || Number.isNaN(group) ? value : group),
  count: (_group, _value, count) => count,
};

function labelsOf(labels: LabelPairs, { kind, labels: names }: Grouping): LabelPairs {
  if (kind === "by") return labels.filter(([name]) => names.includes(name));
  return labels.filter(([name]) => name !== NAME_LABEL && !names.includes(name));
}
