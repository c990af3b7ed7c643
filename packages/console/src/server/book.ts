import type { Books, WriteView } from "../api.ts";

/** Of a flush's report, what the console shows. */
export interface FlushFigures {
  readonly received: number;
  readonly stored: number;
  readonly rejected: Readonly<Partial<Record<string, number>>>;
  readonly duplicate: number;
  readonly returned: number;
  readonly restamped: number;
  readonly laneMoves: number;
  readonly requests: readonly {
    readonly atMs: number;
    readonly durationMs: number;
    readonly series: number;
    readonly samples: number;
    readonly status: number | undefined;
    readonly detail: string;
  }[];
}

const TOTALS = ["received", "stored", "duplicate", "returned", "restamped", "laneMoves"] as const;
type Total = (typeof TOTALS)[number];

/** Requests kept to be shown. */
const MAX_WRITES = 200;

/** Adds up the flushes of a consumer in this process. */
export class FlushBook {
  readonly #totals: Record<Total, number> = {
    received: 0,
    stored: 0,
    duplicate: 0,
    returned: 0,
    restamped: 0,
    laneMoves: 0,
  };
  readonly #rejected: Record<string, number> = {};
  #writes: readonly WriteView[] = [];

  add(flush: FlushFigures): void {
    for (const total of TOTALS) this.#totals[total] += flush[total];
    for (const [reason, samples = 0] of Object.entries(flush.rejected)) {
      this.#rejected[reason] = (this.#rejected[reason] ?? 0) + samples;
    }
    const seen = flush.requests.map((request) => ({ ...request, bytes: undefined })).reverse();
    this.#writes = [...seen, ...this.#writes].slice(0, MAX_WRITES);
  }

  books(): Books {
    return { ...this.#totals, rejected: { ...this.#rejected } };
  }

  /** The last requests, newest first. A consumer does not tell how many bytes it sent. */
  writes(): readonly WriteView[] {
    return this.#writes;
  }
}
