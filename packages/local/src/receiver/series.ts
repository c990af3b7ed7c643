import type { LabelPairs } from "@penstock/model";
import { Samples } from "./samples.ts";

/**
 * One entry of a remote-write request as it came off the wire: labels in any order, repeated or empty; samples in any
 * order. Typed arrays keep the bits of NaNs, arrays of JavaScript's do not. A `WriteSeries` is one.
 */
export interface IncomingSeries {
  readonly labels: LabelPairs;
  /** Epoch milliseconds. */
  readonly timestamps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  /** Looked at, as they can cost an entry its samples, and not kept. */
  readonly exemplars?: readonly Exemplar[];
}

/** A pointer from a sample to a trace. Its value is not looked at. */
export interface Exemplar {
  readonly labels: LabelPairs;
  /** Epoch milliseconds. */
  readonly timestampMs: number;
}

/** What a request says about a metric. Looked at, and not kept. */
export interface Metadata {
  readonly metric: string;
  readonly help: string;
  readonly unit: string;
}

/** What is stored of one series in a range of time. */
export interface StoredSeries {
  /** Sorted by name. */
  readonly labels: LabelPairs;
  /** Epoch milliseconds, strictly increasing. */
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

/** A series of the head: what came in order, and what came behind it within the out-of-order window. */
export class Series {
  readonly labels: LabelPairs;
  readonly inOrder: Samples = new Samples();
  /** One sample per timestamp: the first that came. */
  readonly outOfOrder: Samples = new Samples();

  constructor(labels: LabelPairs) {
    this.labels = labels;
  }

  get length(): number {
    return this.inOrder.length + this.outOfOrder.length;
  }

  /** A second sample at one timestamp out of order is ignored without a word (tsdb/ooo_head.go, `Insert`). */
  insertOutOfOrder(timestampMs: number, value: number): void {
    const index = this.outOfOrder.lowerBound(timestampMs);
    const taken = index < this.outOfOrder.length && this.outOfOrder.timestamp(index) === timestampMs;
    if (!taken) this.outOfOrder.insert(index, timestampMs, value);
  }

  /**
   * What a reader finds, both ends included. At a timestamp that came both ways the out-of-order value is found
   * (transcript `ooo-conflict-twice`).
   */
  read(startMs: number, endMs: number): StoredSeries {
    const { inOrder, outOfOrder } = this;
    let i = inOrder.lowerBound(startMs);
    let o = outOfOrder.lowerBound(startMs);
    const inOrderEnd = inOrder.upperBound(endMs);
    const outOfOrderEnd = outOfOrder.upperBound(endMs);
    if (o >= outOfOrderEnd) return { labels: this.labels, ...inOrder.slice(i, inOrderEnd) };
    const most = Math.max(0, inOrderEnd - i) + Math.max(0, outOfOrderEnd - o);
    const timestamps = new Float64Array(most);
    const values = new Float64Array(most);
    let length = 0;
    while (i < inOrderEnd || o < outOfOrderEnd) {
      const inOrderAt = i < inOrderEnd ? inOrder.timestamp(i) : Infinity;
      const outOfOrderAt = o < outOfOrderEnd ? outOfOrder.timestamp(o) : Infinity;
      const at = Math.min(inOrderAt, outOfOrderAt);
      timestamps[length] = at;
      values[length] = outOfOrderAt === at ? outOfOrder.value(o) : inOrder.value(i);
      length++;
      if (inOrderAt === at) i++;
      if (outOfOrderAt === at) o++;
    }
    return { labels: this.labels, timestamps: timestamps.subarray(0, length), values: values.subarray(0, length) };
  }

  dropBefore(timestampMs: number): void {
    this.inOrder.dropBefore(timestampMs);
    this.outOfOrder.dropBefore(timestampMs);
  }
}
