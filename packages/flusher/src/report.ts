import type { Reason } from "@penstock/model";

/** What one flush did. `received = stored + rejected + duplicate + returned`, always. */
export interface Report {
  readonly records: number;
  /** Samples in the records, bad ones too; an unreadable body counts as one. */
  readonly received: number;
  /** Taken by the receiver in this flush. */
  readonly stored: number;
  /** Queued as dead letters, by reason. */
  readonly rejected: Readonly<Partial<Record<Reason, number>>>;
  /** Landed before this flush, or said twice in it. */
  readonly duplicate: number;
  /** Left in the queue for another delivery. */
  readonly returned: number;
  /** Samples sent to another lane after a refusal. */
  readonly laneMoves: number;
  /** Stored at the time SQS received them. Part of `stored`. */
  readonly restamped: number;
  /** Highest lane used, 0 when nothing was placed. */
  readonly highestLane: number;
  /** Parts whose receipt the receiver refused though their samples were stored: a redelivery could not know them. */
  readonly receiptsMissing: number;
  /** Samples stored without a query endpoint, where exactness has the limits that docs/guarantees.md names. */
  readonly blind: number;
  readonly requests: readonly RequestReport[];
  readonly looks: readonly LookReport[];
  /** Milliseconds between a stored sample's own time and its storing, the oldest of this flush. */
  readonly oldestStoredAgeMs: number;
  /** Sentences for the operator: refusals of our configuration, looks that failed, dead letters that could not be sent. */
  readonly warnings: readonly string[];
}

/** One remote-write request. */
export interface RequestReport {
  readonly atMs: number;
  readonly durationMs: number;
  readonly series: number;
  /** Receipts not counted. */
  readonly samples: number;
  /** Undefined when no answer came. */
  readonly status: number | undefined;
  /** The receiver's words, or what went wrong; empty on success. */
  readonly detail: string;
}

/** One query of the receiver. */
export interface LookReport {
  readonly durationMs: number;
  readonly series: number;
  readonly samples: number;
  readonly bytes: number;
  readonly ok: boolean;
}
