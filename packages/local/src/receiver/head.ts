import type { LabelPairs } from "@penstock/model";
import { sameBits } from "./float-bits.ts";
import { labelsKey } from "./labels.ts";
import { Series } from "./series.ts";

/** Half of a block's two hours: what is further behind the newest sample of the head is out of bounds. */
const FLOOR_BEHIND_MS: number = 60 * 60_000;

/** Why the head does not take a sample. */
export type Refusal =
  | { readonly kind: "out of bounds" | "out of order sample" | "too old sample" }
  | { readonly kind: "duplicate sample for timestamp"; readonly existing: number }
  /** Its series may not be made. */
  | { readonly kind: "series"; readonly words: string };

export interface HeadOptions {
  /** `out_of_order_time_window`; 0 is none. */
  readonly outOfOrderWindowMs: number;
  /** Asked before a series is made: why it may not be. */
  readonly refuseSeries?: ((labels: LabelPairs, head: Head) => string | undefined) | undefined;
}

/**
 * The head of one tenant's TSDB: every series in memory, and the rules by which it takes samples (Prometheus
 * tsdb/head_append.go, the same in 2.42 and in what Cortex 1.21.1 vendors). Heads are not cut into blocks here, which
 * could only raise the floor to where it is anyway.
 */
export class Head {
  readonly #series = new Map<string, Series>();
  readonly #outOfOrderWindowMs: number;
  readonly #refuseSeries: HeadOptions["refuseSeries"];
  #maxTimeMs = -Infinity;

  constructor({ outOfOrderWindowMs, refuseSeries }: HeadOptions) {
    this.#outOfOrderWindowMs = outOfOrderWindowMs;
    this.#refuseSeries = refuseSeries;
  }

  /** Of the newest in-order sample of any series; -Infinity in an empty head. */
  get maxTimeMs(): number {
    return this.#maxTimeMs;
  }

  /** Every series that was ever made, those without samples too: they count for limits. */
  get series(): ReadonlyMap<string, Series> {
    return this.#series;
  }

  /** For one request: what it appends is checked against what is committed, and becomes visible at once or not at all. */
  appender(): Appender {
    return new Appender(this, this.#outOfOrderWindowMs);
  }

  /** The very first timestamp makes the head's time, even when its request is rolled back. */
  startTime(timestampMs: number): void {
    if (this.#maxTimeMs === -Infinity) this.#maxTimeMs = timestampMs;
  }

  advanceTo(timestampMs: number): void {
    this.#maxTimeMs = Math.max(this.#maxTimeMs, timestampMs);
  }

  getOrCreate(target: Target): Series | { readonly words: string } {
    const known = this.#series.get(target.key);
    if (known) return known;
    const words = this.#refuseSeries?.(target.labels, this);
    if (words !== undefined) return { words };
    const series = new Series(target.labels);
    this.#series.set(target.key, series);
    return series;
  }

  /** Forgets samples before a time, and series that have none left. */
  dropBefore(timestampMs: number): void {
    for (const [key, series] of this.#series) {
      series.dropBefore(timestampMs);
      if (series.length === 0) this.#series.delete(key);
    }
  }
}

/** The series that an entry of a request is about, found or made at its first sample that is not out of bounds. */
export class Target {
  readonly labels: LabelPairs;
  readonly key: string;
  series: Series | undefined;

  /** `labels` are sorted, without repeated names and without empty values. */
  constructor(labels: LabelPairs) {
    this.labels = labels;
    this.key = labelsKey(labels);
  }
}

interface Pending {
  readonly series: Series;
  readonly timestampMs: number;
  readonly value: number;
}

/** What one request appends. Dropping it without a commit is the rollback; series it made stay, as in Prometheus. */
export class Appender {
  readonly #head: Head;
  readonly #windowMs: number;
  readonly #pending: Pending[] = [];
  /** Fixed at the first sample for the whole request, the commit included. */
  #headMaxMs = Number.NaN;
  #floorMs = Number.NaN;

  constructor(head: Head, windowMs: number) {
    this.#head = head;
    this.#windowMs = windowMs;
  }

  /** Why a sample is not taken, or undefined when it is; whether it lands is seen at the commit. */
  append(target: Target, timestampMs: number, value: number): Refusal | undefined {
    if (Number.isNaN(this.#headMaxMs)) this.#start(timestampMs);
    if (this.#windowMs === 0 && timestampMs < this.#floorMs) return { kind: "out of bounds" };
    if (!target.series) {
      const series = this.#head.getOrCreate(target);
      if (!(series instanceof Series)) return { kind: "series", words: series.words };
      target.series = series;
    }
    const way = this.#wayIn(target.series, timestampMs, value);
    if (typeof way !== "string") return way;
    this.#pending.push({ series: target.series, timestampMs, value });
    return undefined;
  }

  /**
   * Every sample is checked again, now against what those before it in the request have become: what fails here fails
   * without a word (transcripts `merged-request-reversed`, `same-ts-diff-value-one-request`).
   */
  commit(): void {
    for (const { series, timestampMs, value } of this.#pending) {
      const way = this.#wayIn(series, timestampMs, value);
      if (way === "out of order") series.insertOutOfOrder(timestampMs, value);
      if (way !== "in order" || timestampMs <= series.inOrder.lastTimestamp) continue;
      series.inOrder.push(timestampMs, value);
      this.#head.advanceTo(timestampMs);
    }
    this.#pending.length = 0;
  }

  #start(timestampMs: number): void {
    this.#head.startTime(timestampMs);
    this.#headMaxMs = this.#head.maxTimeMs;
    this.#floorMs = this.#headMaxMs - FLOOR_BEHIND_MS;
  }

  /** `memSeries.appendable` */
  #wayIn({ inOrder }: Series, timestampMs: number, value: number): "in order" | "out of order" | Refusal {
    if (timestampMs >= this.#floorMs) {
      if (timestampMs > inOrder.lastTimestamp) return "in order";
      if (timestampMs === inOrder.lastTimestamp) {
        const existing = inOrder.value(inOrder.length - 1);
        return sameBits(existing, value) ? "in order" : { kind: "duplicate sample for timestamp", existing };
      }
    }
    if (this.#windowMs > 0) {
      return timestampMs >= this.#headMaxMs - this.#windowMs ? "out of order" : { kind: "too old sample" };
    }
    return { kind: timestampMs < this.#floorMs ? "out of bounds" : "out of order sample" };
  }
}
