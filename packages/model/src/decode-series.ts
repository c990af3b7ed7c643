import { isObject, numberOf } from "./json.ts";
import type { Reject } from "./reasons.ts";
import { type Kind, keyOfSorted, type LabelPairs, sortPairs } from "./series.ts";
import { show } from "./text.ts";
import { checkLabels, type LabelLimits, unreadableTimestamp, unreadableValue } from "./validate.ts";

/** A series as a consumer sees it. Every sample keeps its position, the bad ones too: parts are cut by position. */
export interface DecodedSeries {
  /** Sorted, without empty values; none when they could not be read. */
  readonly labels: LabelPairs;
  /** The series key; empty when the series could not be read. */
  readonly key: string;
  /** Milliseconds since the epoch; in the place of a rejected sample whatever stood there. */
  readonly timestamps: readonly number[];
  /** In the place of a value that was none, NaN. */
  readonly values: readonly number[];
  /** How many samples it stands for: the longer of the two lists, and at least one when it could not be read. */
  readonly count: number;
  /** The whole series can never be stored. */
  readonly reject: Reject | undefined;
  /** By index: this sample can never be stored. */
  readonly sampleRejects: ReadonlyMap<number, Reject>;
  /** As it stood in the message, for a dead letter. */
  readonly source: unknown;
}

/**
 * Reads one series of a message. Never throws, of JSON: what can never be stored is a reject of the series or of a sample,
 * whichever is the smallest that holds the fault.
 *
 * @param limits a receiver's own, where they are not AMP's
 */
export function decodeSeries(source: unknown, kind: Kind, limits?: Partial<LabelLimits>): DecodedSeries {
  const shape = readShape(source);
  if (!shape.ok) {
    const { labels, count, reject } = shape;
    return { labels, key: "", timestamps: [], values: [], count, reject, sampleRejects: NONE, source };
  }
  const { labels } = shape;
  let rejects: Map<number, Reject> | undefined;
  const values = new Array<number>(shape.values.length);
  for (let i = 0; i < values.length; i++) {
    values[i] = numberOf(shape.values[i]);
    const reject = unreadableTimestamp(shape.timestamps[i], i) ?? unreadableValue(shape.values[i], values[i]!, kind, i);
    if (!reject) continue;
    rejects ??= new Map();
    rejects.set(i, reject);
  }
  return {
    labels,
    key: keyOfSorted(labels),
    timestamps: shape.timestamps as number[],
    values,
    count: values.length,
    reject: checkLabels(labels, limits),
    sampleRejects: rejects ?? NONE,
    source,
  };
}

const NONE: ReadonlyMap<number, Reject> = new Map();

type Shape =
  | { ok: true; labels: LabelPairs; timestamps: unknown[]; values: unknown[] }
  | { ok: false; labels: LabelPairs; reject: Reject; count: number };

function readShape(source: unknown): Shape {
  const count = countOf(source);
  if (!isObject(source)) return misshapen(`Expected a series to be an object, got ${show(source)}`, count);
  const { metric, timestamps, values } = source;
  if (!isObject(metric)) return misshapen(`Expected \`metric\` to be an object, got ${show(metric)}`, count);
  const pairs = Object.entries(metric);
  const odd = pairs.find(([, value]) => typeof value !== "string");
  if (odd) return misshapen(`Expected label ${show(odd[0])} to be text, got ${show(odd[1])}`, count);
  const labels = sortPairs(pairs as [string, string][]);
  if (!Array.isArray(timestamps) || !Array.isArray(values)) {
    const got = `got ${show(timestamps)} and ${show(values)}`;
    return misshapen(`Expected \`timestamps\` and \`values\` to be lists, ${got}`, count, labels);
  }
  if (timestamps.length !== values.length) {
    const got = `got ${timestamps.length} and ${values.length}`;
    return misshapen(`Expected \`timestamps\` and \`values\` to have one length, ${got}`, count, labels);
  }
  return { ok: true, labels, timestamps, values };
}

function misshapen(detail: string, count: number, labels: LabelPairs = []): Shape {
  return { ok: false, labels, reject: { reason: "series_malformed", detail }, count };
}

/** How many samples a series stands for, whatever it looks like; at least one, so that empty ones are bounded too. */
export function countOf(source: unknown): number {
  if (!isObject(source)) return 1;
  return Math.max(lengthOf(source.timestamps), lengthOf(source.values), 1);
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
