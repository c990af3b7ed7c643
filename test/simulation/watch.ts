import { DEFAULT_OPTIONS, type FlusherOptions } from "@penstock/flusher";
import type { WriteSeries } from "@penstock/model";
import { keyOf } from "./places.ts";

/** One request as the watch sees it, from its sending to the moment its caller hears of it. */
interface Sent {
  readonly series: ReadonlySet<string>;
  done: boolean;
}

/** Watches one invocation: whether it keeps its bounds, and the rules of requests. */
export class Watch {
  readonly #options: FlusherOptions;
  /** Virtual time: past it the lock is someone else's, or the function is over. */
  readonly #deadlineMs: number;
  readonly #sent: Sent[] = [];
  readonly #notBefore = new Map<string, number>();
  readonly #breach: (what: string) => void;
  #looks = 0;

  constructor(options: Partial<FlusherOptions>, deadlineMs: number, breach: (what: string) => void) {
    this.#options = { ...DEFAULT_OPTIONS, ...options };
    this.#deadlineMs = deadlineMs;
    this.#breach = breach;
  }

  /** A request goes out. Returns what to call once it is answered, with how long its series must be left alone. */
  request(series: readonly WriteSeries[], nowMs: number): (retryAfterMs: number, answeredMs: number) => void {
    const { maxRequests, maxRequestsInFlight, maxSamplesPerRequest } = this.#options;
    this.#deadline("request", nowMs);
    const labels = series.map((one) => keyOf(one.labels));
    const names = new Set(labels);
    if (names.size < labels.length) this.#breach("one series stands twice in a request");
    let samples = 0;
    for (const one of series) {
      const isReceipt = one.labels.some(([, value]) => value === "penstock_receipt");
      if (!isReceipt) samples += one.timestamps.length;
      for (let i = 1; i < one.timestamps.length; i++) {
        if (one.timestamps[i - 1]! >= one.timestamps[i]!) this.#breach("a request is not in the order of time");
      }
    }
    if (samples > maxSamplesPerRequest) this.#breach(`${samples} samples in one request`);
    const inFlight = this.#sent.filter(({ done }) => !done);
    if (inFlight.length >= maxRequestsInFlight) this.#breach(`${inFlight.length + 1} requests in flight`);
    if (inFlight.some((other) => !other.series.isDisjointFrom(names))) {
      this.#breach("two requests in flight hold the same series");
    }
    if (this.#sent.length >= maxRequests) this.#breach(`${this.#sent.length + 1} requests`);
    for (const label of names) {
      if ((this.#notBefore.get(label) ?? 0) > nowMs) this.#breach(`Retry-After is not waited for`);
    }
    const sent: Sent = { series: names, done: false };
    this.#sent.push(sent);
    return (retryAfterMs, answeredMs) => {
      sent.done = true;
      for (const label of names) this.#notBefore.set(label, answeredMs + retryAfterMs);
    };
  }

  look(nowMs: number): void {
    this.#deadline("look", nowMs);
    if (++this.#looks > this.#options.maxLooks) this.#breach(`${this.#looks} looks`);
  }

  #deadline(what: string, nowMs: number): void {
    const { requestTimeoutMs, settleReserveMs } = this.#options;
    const lateMs = nowMs + requestTimeoutMs + settleReserveMs - this.#deadlineMs;
    if (lateMs > 0) this.#breach(`a ${what} goes out ${lateMs} ms after the last moment for it`);
  }
}
