import type { Kind } from "@penstock/model";
import type { SampleInput } from "../check.ts";

/** What was recorded for one label set, on its way to the producer. */
export interface Taken {
  /** One sample for each of its series, all at one time. */
  readonly samples: readonly SampleInput[];
  /** The producer had no room: what was taken counts again as not yet taken. */
  giveBack(): void;
}

/** What a set of metrics asks of each of its instruments. */
export interface Instrument {
  readonly kind: Kind;
  /** The names of the metrics it writes. */
  readonly names: readonly string[];
  /** How many series it holds. */
  readonly series: number;
  take(timestampMs: number): readonly Taken[];
}
