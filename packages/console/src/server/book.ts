import type { Books, WriteView } from "../api.ts";

/** An account of a consumer: samples by what became of them. */
type Account = Omit<Books, "rejected"> & { readonly rejected: Readonly<Partial<Books["rejected"]>> };

/** Of a flush's report, what the console shows. */
export interface FlushFigures extends Account {
  readonly requests: readonly Omit<WriteView, "bytes">[];
}

/** Requests kept to be shown. */
const MAX_WRITES = 200;

/** Adds up the flushes of a consumer in this process. */
export class FlushBook {
  #books: Books = addUp([]);
  #writes: readonly WriteView[] = [];

  add(flush: FlushFigures): void {
    this.#books = addUp([this.#books, flush]);
    const seen = flush.requests.map((request) => ({ ...request, bytes: undefined })).reverse();
    this.#writes = [...seen, ...this.#writes].slice(0, MAX_WRITES);
  }

  books(): Books {
    return this.#books;
  }

  /** The last requests, newest first. A consumer does not tell how many bytes it sent. */
  writes(): readonly WriteView[] {
    return this.#writes;
  }
}

/** Several accounts as one. */
export function addUp(accounts: readonly Account[]): Books {
  const sum = (of: Exclude<keyof Account, "rejected">): number => accounts.reduce((total, one) => total + one[of], 0);
  const rejected: Record<string, number> = {};
  for (const [reason, samples = 0] of accounts.flatMap((one) => Object.entries(one.rejected))) {
    rejected[reason] = (rejected[reason] ?? 0) + samples;
  }
  return {
    received: sum("received"),
    stored: sum("stored"),
    duplicate: sum("duplicate"),
    returned: sum("returned"),
    restamped: sum("restamped"),
    laneMoves: sum("laneMoves"),
    rejected,
  };
}
