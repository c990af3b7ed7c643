import type { Clock } from "@penstock/model";
import type { FlusherOptions } from "./options.ts";

/** What a flush may still spend: requests, looks and time. Past the deadline the lock is someone else's. */
export class Budget {
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #options: FlusherOptions;
  #requests = 0;
  #looks = 0;
  #closed = false;

  constructor(clock: Clock, deadlineMs: number, options: FlusherOptions) {
    this.#clock = clock;
    this.#deadlineMs = deadlineMs;
    this.#options = options;
  }

  /** Takes one request off the budget; false when there is none left, or no time for it. */
  takeRequest(): boolean {
    if (this.#closed || this.#requests >= this.#options.maxRequests || !this.#fits(0)) return false;
    this.#requests++;
    return true;
  }

  /** No more requests in this flush: the receiver does not want us. */
  close(): void {
    this.#closed = true;
  }

  /** Takes one look off the budget; false when there is none left, or no time for it. */
  takeLook(): boolean {
    if (this.#looks >= this.#options.maxLooks || !this.#fits(0)) return false;
    this.#looks++;
    return true;
  }

  /** Whether dead letters may still be sent: they only need time before the deadline itself. */
  maySettle(): boolean {
    return this.#clock.now() < this.#deadlineMs;
  }

  /** Waits, if there is time for an exchange after it; false when there is not. */
  async wait(ms: number): Promise<boolean> {
    if (!this.#fits(ms)) return false;
    await this.#clock.sleep(ms);
    return true;
  }

  /** Whether one more exchange fits after waiting so long, with the time that settling takes. */
  #fits(waitMs: number): boolean {
    const { requestTimeoutMs, settleReserveMs } = this.#options;
    return this.#clock.now() + waitMs + requestTimeoutMs + settleReserveMs <= this.#deadlineMs;
  }
}
