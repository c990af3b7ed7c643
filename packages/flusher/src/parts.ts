/**
 * The bounds of a part. They are no options: a part must be the same at every delivery of its message, under every
 * setting and every version that may meet one message. A part fits in one request with room to spare.
 */
const PART_SAMPLES = 1_000;
const PART_BYTES = 400_000;

/** Timestamp, value, tags and lengths of one sample in protobuf, rounded up. */
export const SAMPLE_BYTES = 24;
/** What `_unique_id` and `_group` add to a series, rounded up. */
export const LANE_LABEL_BYTES = 64;

/** Walks over a message's positions, good and bad ones, and says which part each belongs to. */
export class PartCutter {
  #number = 0;
  #samples = 0;
  #bytes = 0;
  #series: unknown;

  /** The part of the next position, which holds a sample of `series`. */
  next(series: unknown, labelBytes: number): number {
    const bytes = SAMPLE_BYTES + (series === this.#series ? 0 : labelBytes + LANE_LABEL_BYTES);
    const full = this.#samples === PART_SAMPLES || (this.#samples > 0 && this.#bytes + bytes > PART_BYTES);
    if (full) this.#cut();
    this.#bytes += full ? SAMPLE_BYTES + labelBytes + LANE_LABEL_BYTES : bytes;
    this.#samples++;
    this.#series = series;
    return this.#number;
  }

  /** Passes over positions that can never be written: they count, so that what follows keeps its part. */
  skip(count: number): void {
    for (let left = count; left > 0; ) {
      if (this.#samples === PART_SAMPLES) this.#cut();
      const taken = Math.min(left, PART_SAMPLES - this.#samples);
      this.#samples += taken;
      left -= taken;
    }
    this.#series = undefined;
  }

  #cut(): void {
    this.#number++;
    this.#samples = 0;
    this.#bytes = 0;
  }
}
