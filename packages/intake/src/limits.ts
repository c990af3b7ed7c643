import type { Labels } from "@penstock/model";
import { Problem } from "./problem.ts";

/** What one request may bring. More is answered 413, and nothing of it is sent. */
export interface Limits {
  /** Of the body as it is sent; 4 MiB. Lambda takes 6 MB with base64 around it (Lambda quotas, synchronous payload). */
  readonly maxBodyBytes: number;
  /** Of the body once it is unpacked, and of the labels of all series that are made of it; 16 MiB. */
  readonly maxDecodedBytes: number;
  /** Series that a request makes; a histogram makes one for each bucket. 50,000. */
  readonly maxSeries: number;
  /**
   * Messages and list items inside a protobuf body, objects and lists inside a JSON body, 500,000. An empty message takes
   * two bytes on the wire and a hundred in memory, so a bound on bytes alone would not bound memory.
   */
  readonly maxElements: number;
}

export const DEFAULT_LIMITS: Limits = {
  maxBodyBytes: 4 * 1024 * 1024,
  maxDecodedBytes: 16 * 1024 * 1024,
  maxSeries: 50_000,
  maxElements: 500_000,
};

/** Counts up to a limit. */
export class Meter {
  readonly #limit: number;
  readonly #what: string;
  #count = 0;

  /** @param what is counted, in the plural */
  constructor(limit: number, what: string) {
    this.#limit = limit;
    this.#what = what;
  }

  /** @throws {Problem} 413 once there are more than the limit */
  add(count = 1): void {
    this.#count += count;
    if (this.#count > this.#limit) {
      throw new Problem(413, `Expected at most ${this.#limit} ${this.#what} in a request, got more`);
    }
  }
}

/** Counts series as they are made, and their labels: a thousand buckets of one histogram repeat what it says once. */
export class SeriesMeter {
  readonly #series: Meter;
  readonly #labels: Meter;

  constructor({ maxSeries, maxDecodedBytes }: Limits) {
    this.#series = new Meter(maxSeries, "series");
    this.#labels = new Meter(maxDecodedBytes, "characters of labels");
  }

  /** @throws {Problem} 413 once there are more than the limits */
  add(labels: Labels): void {
    this.#series.add();
    for (const [name, value] of Object.entries(labels)) this.#labels.add(name.length + value.length);
  }
}
