import type { Report } from "@penstock/flusher";

/** A count of what happened in a flush. */
export interface Counter {
  readonly name: string;
  readonly help: string;
  readonly count: (report: Report) => number;
}

/** A count that is told apart by one label. */
export interface LabelledCounter {
  readonly name: string;
  readonly help: string;
  readonly label: string;
  readonly counts: (report: Report) => ReadonlyMap<string, number>;
}

/** Values in seconds, some for each flush. */
export interface Distribution {
  readonly name: string;
  readonly help: string;
  readonly buckets: readonly number[];
  readonly seconds: (report: Report) => readonly number[];
}

/** What happens to the samples of a flush (received = stored + rejected + duplicate + returned), and how surely. */
export const COUNTERS: readonly Counter[] = [
  {
    name: "penstock_samples_received_total",
    help: "Samples in the messages of a flush, bad ones too.",
    count: ({ received }) => received,
  },
  {
    name: "penstock_samples_stored_total",
    help: "Samples the receiver took.",
    count: ({ stored }) => stored,
  },
  {
    name: "penstock_samples_duplicate_total",
    help: "Samples that were stored before, or said twice.",
    count: ({ duplicate }) => duplicate,
  },
  {
    name: "penstock_samples_returned_total",
    help: "Samples left in the queue for another delivery.",
    count: ({ returned }) => returned,
  },
  {
    name: "penstock_lane_moves_total",
    help: "Samples moved to another lane after a refusal.",
    count: ({ laneMoves }) => laneMoves,
  },
  {
    name: "penstock_samples_restamped_total",
    help: "Samples stored at the time SQS received them, as their own had passed.",
    count: ({ restamped }) => restamped,
  },
  {
    name: "penstock_samples_blind_total",
    help: "Samples stored without a query endpoint: delivered again, they may be stored again.",
    count: ({ blind }) => blind,
  },
  {
    name: "penstock_receipts_missing_total",
    help: "Parts stored without their receipt, which the receiver refused: delivered again, they would be stored again.",
    count: ({ receiptsMissing }) => receiptsMissing,
  },
  {
    name: "penstock_looks_total",
    help: "Queries that read back what the receiver holds.",
    count: ({ looks }) => looks.length,
  },
];

export const LABELLED_COUNTERS: readonly LabelledCounter[] = [
  {
    name: "penstock_samples_rejected_total",
    help: "Samples the receiver will never take, in the dead-letter queue, by reason.",
    label: "reason",
    counts: ({ rejected }) => new Map(Object.entries(rejected)),
  },
  {
    name: "penstock_requests_total",
    help: "Remote-write requests by class of status; `none` had no answer.",
    label: "status_class",
    counts: ({ requests }) => {
      const classes = Map.groupBy(requests, ({ status }) => statusClass(status));
      return new Map([...classes].map(([name, some]) => [name, some.length]));
    },
  },
];

export const DISTRIBUTIONS: readonly Distribution[] = [
  {
    name: "penstock_request_duration_seconds",
    help: "How long remote-write requests took.",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    seconds: ({ requests }) => requests.map(({ durationMs }) => durationMs / 1000),
  },
  {
    name: "penstock_sample_age_seconds",
    help: "How old the oldest sample of a flush was when it was stored.",
    buckets: [1, 5, 15, 30, 60, 300, 900, 1800, 3600],
    seconds: ({ stored, oldestStoredAgeMs }) => (stored > 0 ? [oldestStoredAgeMs / 1000] : []),
  },
];

function statusClass(status: number | undefined): string {
  return status === undefined ? "none" : `${Math.floor(status / 100)}xx`;
}
