import type { Sample } from "./batch.ts";
import type { LookReport, Report, RequestReport } from "./report.ts";
import type { Settled } from "./settle.ts";

/** Distinct warnings of one flush: an outage would repeat one for every request. */
const MAX_WARNINGS = 20;

/** Counts what a flush does, and closes the books at its end. */
export class Tally {
  readonly requests: RequestReport[] = [];
  readonly looks: LookReport[] = [];
  readonly #warnings = new Set<string>();
  readonly #sees: boolean;
  #laneMoves = 0;
  #restamped = 0;
  #highestLane = 0;
  #oldestStoredAgeMs = 0;
  #stored = 0;

  /** @param sees whether the receiver can be asked what landed */
  constructor(sees: boolean) {
    this.#sees = sees;
  }

  stored(sample: Sample, nowMs: number): void {
    this.#stored++;
    if (sample.atMs !== sample.ownMs) this.#restamped++;
    this.#highestLane = Math.max(this.#highestLane, sample.lane);
    this.#oldestStoredAgeMs = Math.max(this.#oldestStoredAgeMs, nowMs - sample.ownMs);
  }

  moved(): void {
    this.#laneMoves++;
  }

  warn(sentence: string): void {
    if (this.#warnings.size < MAX_WARNINGS) this.#warnings.add(sentence);
  }

  /** @param settled what the settled records come to; the rest of what was received is stored already, or returned */
  close(records: number, received: number, settled: Omit<Settled, "settlements">): Report {
    return {
      records,
      received,
      stored: this.#stored,
      ...settled,
      blind: this.#sees ? 0 : this.#stored,
      laneMoves: this.#laneMoves,
      restamped: this.#restamped,
      highestLane: this.#highestLane,
      requests: this.requests,
      looks: this.looks,
      oldestStoredAgeMs: this.#oldestStoredAgeMs,
      warnings: [...this.#warnings],
    };
  }
}
