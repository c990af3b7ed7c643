/** Most series of a simulation have a handful of samples. */
const INITIAL_CAPACITY = 4;

/**
 * Samples of one series in the order of their timestamps, in columns that grow. The columns are typed arrays because an
 * array of JavaScript's changes the bits of a stale marker (a signalling NaN) when it stores one.
 */
export class Samples {
  #timestamps = new Float64Array(INITIAL_CAPACITY);
  #values = new Float64Array(INITIAL_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Of the newest sample; -Infinity without one. */
  get lastTimestamp(): number {
    return this.#length === 0 ? -Infinity : this.#timestamps[this.#length - 1]!;
  }

  timestamp(index: number): number {
    return this.#timestamps[index]!;
  }

  value(index: number): number {
    return this.#values[index]!;
  }

  push(timestampMs: number, value: number): void {
    this.insert(this.#length, timestampMs, value);
  }

  /** `index` must be {@link lowerBound} of the timestamp. */
  insert(index: number, timestampMs: number, value: number): void {
    if (this.#length === this.#timestamps.length) this.#grow();
    if (index < this.#length) {
      this.#timestamps.copyWithin(index + 1, index, this.#length);
      this.#values.copyWithin(index + 1, index, this.#length);
    }
    this.#timestamps[index] = timestampMs;
    this.#values[index] = value;
    this.#length++;
  }

  /** The index of the first sample at or after a time. */
  lowerBound(timestampMs: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#timestamps[middle]! < timestampMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The index of the first sample after a time. */
  upperBound(timestampMs: number): number {
    const index = this.lowerBound(timestampMs);
    return index < this.#length && this.#timestamps[index] === timestampMs ? index + 1 : index;
  }

  /** A copy of the samples from one index up to another, without it. */
  slice(start: number, end: number): { timestamps: Float64Array; values: Float64Array } {
    return { timestamps: this.#timestamps.slice(start, end), values: this.#values.slice(start, end) };
  }

  /** Forgets the samples before a time. */
  dropBefore(timestampMs: number): void {
    const kept = this.lowerBound(timestampMs);
    if (kept === 0) return;
    this.#timestamps = this.#timestamps.slice(kept);
    this.#values = this.#values.slice(kept);
    this.#length -= kept;
  }

  #grow(): void {
    const capacity = Math.max(INITIAL_CAPACITY, 2 * this.#timestamps.length);
    this.#timestamps = copyTo(capacity, this.#timestamps);
    this.#values = copyTo(capacity, this.#values);
  }
}

function copyTo(capacity: number, column: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(capacity);
  larger.set(column);
  return larger;
}
