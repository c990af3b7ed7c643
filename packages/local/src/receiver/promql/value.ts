import { type LabelPairs, NAME_LABEL } from "@penstock/model";
import { labelsKey } from "../labels.ts";
import { execution } from "./query-error.ts";

/** Evenly spaced times, both ends included; an instant query has one. */
export interface Steps {
  readonly startMs: number;
  readonly stepMs: number;
  readonly count: number;
}

export function stepTime({ startMs, stepMs }: Steps, step: number): number {
  return startMs + step * stepMs;
}

/** A number at each step. */
export type Scalar = Float64Array;

/** A series of results: at each step a value, or none. */
export interface Row {
  readonly labels: LabelPairs;
  readonly values: Float64Array;
  /** 1 where there is a value: NaN is one. */
  readonly present: Uint8Array;
}

export type Vector = readonly Row[];

export function newRow(labels: LabelPairs, { count }: Steps): Row {
  return { labels, values: new Float64Array(count), present: new Uint8Array(count) };
}

/** The rows with each value as `map` makes it, or without it where that gives undefined. */
export function mapRows(rows: Vector, map: (value: number, step: number) => number | undefined): Vector {
  return rows.map(({ labels, values, present }) => {
    const mapped: Row = { labels, values: new Float64Array(values.length), present: new Uint8Array(values.length) };
    for (let step = 0; step < values.length; step++) {
      const value = present[step] === 1 ? map(values[step]!, step) : undefined;
      if (value !== undefined) setValue(mapped, step, value);
    }
    return mapped;
  });
}

export function setValue({ values, present }: Row, step: number, value: number): void {
  values[step] = value;
  present[step] = 1;
}

export function isEmpty({ present }: Row): boolean {
  return !present.includes(1);
}

/**
 * The rows without their metric's name. Of operations Prometheus takes two that become one series for one when they
 * take turns, of functions over ranges and of negation it does not.
 *
 * @throws {QueryError} when they have values at the same time, or at all
 */
export function dropNames(rows: Vector, same: "take turns" | "differ"): Vector {
  const merged = new Map<string, Row>();
  for (const row of rows) {
    if (isEmpty(row)) continue;
    const labels = row.labels.filter(([name]) => name !== NAME_LABEL);
    const key = labelsKey(labels);
    const known = merged.get(key);
    if (known && same === "differ") throw sameLabels();
    if (known) mergeInto(known, row);
    else merged.set(key, { ...row, labels });
  }
  return [...merged.values()];
}

function mergeInto(row: Row, other: Row): void {
  for (let step = 0; step < other.values.length; step++) {
    if (other.present[step] === 0) continue;
    if (row.present[step] === 1) throw sameLabels();
    setValue(row, step, other.values[step]!);
  }
}

function sameLabels(): Error {
  return execution("vector cannot contain metrics with the same labelset");
}
