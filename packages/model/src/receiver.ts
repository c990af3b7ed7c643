import type { Matcher } from "./matcher.ts";
import type { LabelPairs } from "./series.ts";

/** One series of a remote-write request: sorted labels, and samples in time order. */
export interface WriteSeries {
  readonly labels: LabelPairs;
  /** Milliseconds, strictly increasing. */
  readonly timestamps: readonly number[];
  readonly values: readonly number[];
}

/** What came back from one remote-write request. An HTTP status is an answer, never an error. */
export type WriteAnswer =
  | {
      readonly kind: "answered";
      readonly status: number;
      /** The receiver's words, cut; empty when it said nothing. */
      readonly body: string;
      /** From the Retry-After header, seconds or date; undefined without one. */
      readonly retryAfterMs: number | undefined;
      /** The receiver's name for the request (`x-amzn-RequestId`); undefined without one. */
      readonly requestId: string | undefined;
    }
  /** No answer, so nobody knows whether it landed: a timeout, a reset, a refused connection. */
  | { readonly kind: "unanswered"; readonly detail: string };

/** A reading of raw samples, all lanes, both ends included; milliseconds since the epoch. */
export interface ReadQuery {
  readonly matchers: readonly Matcher[];
  readonly startMs: number;
  readonly endMs: number;
}

/** One series of an answer to a {@link ReadQuery}. */
export interface ReadSeries {
  /** Every label, `_unique_id` and `_group` too. */
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds, increasing. */
  readonly timestamps: readonly number[];
  readonly values: readonly number[];
}

/** What came back from a {@link ReadQuery}; `bytes` are those of the answer's body. */
export type ReadAnswer =
  | { readonly kind: "read"; readonly series: readonly ReadSeries[]; readonly bytes: number }
  /** Too much for the receiver, or for us, at once: ask for less. */
  | { readonly kind: "heavy"; readonly detail: string }
  /** No reading now. */
  | { readonly kind: "failed"; readonly status: number | undefined; readonly detail: string };

/** What takes remote write and answers queries: AMP, Prometheus, Cortex, or the local one. */
export interface Receiver {
  /** Writes `series` in one request. Never rejects. `timeoutMs` bounds the whole exchange. */
  write(series: readonly WriteSeries[], timeoutMs: number): Promise<WriteAnswer>;
  /** Reads back what is stored. Never rejects. Undefined when the receiver has no query endpoint. */
  readonly read: ((query: ReadQuery, timeoutMs: number) => Promise<ReadAnswer>) | undefined;
}
