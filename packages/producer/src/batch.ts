import { type JsonValue, type Kind, type Labels, type MessageSeries, queueText, utf8Length } from "@penstock/model";

/** A series that was checked: its labels sorted, its samples readable. */
export interface CheckedSeries extends MessageSeries {
  /** The canonical text of its labels. */
  readonly key: string;
}

interface OpenSeries {
  readonly key: string;
  readonly metric: Labels;
  readonly timestamps: number[];
  readonly values: JsonValue[];
}

/** Samples that wait to be packed together, series by series. */
export class Batch {
  readonly #series = new Map<string, OpenSeries>();
  #bytes = 0;
  #samples = 0;

  /** What its series take as JSON, before samples at one time are made one. */
  get bytes(): number {
    return this.#bytes;
  }

  get samples(): number {
    return this.#samples;
  }

  get series(): readonly CheckedSeries[] {
    return [...this.#series.values()];
  }

  /** Adds samples to their series, behind those that are there. Copies: the caller may reuse its lists. */
  add({ key, metric, timestamps, values }: CheckedSeries): void {
    let open = this.#series.get(key);
    if (!open) {
      open = { key, metric, timestamps: [], values: [] };
      this.#series.set(key, open);
      this.#bytes += seriesBytes(metric);
    }
    for (let i = 0; i < timestamps.length; i++) {
      open.timestamps.push(timestamps[i]!);
      open.values.push(values[i]!);
      this.#bytes += sampleBytes(timestamps[i]!, values[i]!);
    }
    this.#samples += timestamps.length;
  }
}

/** Bytes of a series in a message without its samples, and the comma behind it. */
export function seriesBytes(metric: Labels): number {
  return utf8Length(queueText(JSON.stringify({ metric, timestamps: [], values: [] }))) + 1;
}

/** Bytes of one sample in a message, with the commas behind its two numbers. */
export function sampleBytes(timestampMs: number, value: JsonValue): number {
  return String(timestampMs).length + JSON.stringify(value).length + 2;
}

/** Bytes of series in a message. */
export function bytesOf({ metric, timestamps, values }: MessageSeries): number {
  return timestamps.reduce((sum, timestamp, i) => sum + sampleBytes(timestamp, values[i]!), seriesBytes(metric));
}

/**
 * The samples in time order, one for each time. Those of a delta at the same time add up: a series has ten lanes, so
 * an eleventh sample at one millisecond would find no place. Otherwise the last that was said stands, as a series has
 * one value at a time.
 */
export function settleTimes<S extends MessageSeries>(series: S, kind: Kind): S {
  const { timestamps, values } = series;
  if (timestamps.every((timestamp, i) => i === 0 || timestamps[i - 1]! < timestamp)) return series;
  // Sorting is stable: at one time the order handed in stays.
  const order = timestamps.map((_, i) => i).sort((a, b) => timestamps[a]! - timestamps[b]!);
  const settled = { timestamps: [] as number[], values: [] as JsonValue[] };
  for (const i of order) {
    const last = settled.timestamps.length - 1;
    const one =
      settled.timestamps[last] === timestamps[i] ? together(settled.values[last]!, values[i]!, kind) : undefined;
    if (one !== undefined) settled.values[last] = one;
    else {
      settled.timestamps.push(timestamps[i]!);
      settled.values.push(values[i]!);
    }
  }
  return { ...series, ...settled };
}

/** Two values at one time as one; undefined when their sum is beyond what a number holds. */
function together(first: JsonValue, second: JsonValue, kind: Kind): JsonValue | undefined {
  if (kind !== "delta") return second;
  const sum = Number(first) + Number(second);
  return Number.isFinite(sum) ? sum : undefined;
}
