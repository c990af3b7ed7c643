import { QueueError } from "../errors.ts";

/**
 * What can go wrong with a call on demand:
 * - `throttled`: refused with RequestThrottled, nothing is done;
 * - `unavailable`: answered 503, nothing is done;
 * - `answer-lost`: done, and then the connection is cut without an answer.
 */
export type Fault = "throttled" | "unavailable" | "answer-lost";

/** Faults for the calls to come, for tests and chaos. */
export class Faults {
  readonly #planned = new Map<string, Fault[]>();

  /** The next `times` calls of `action` (`"SendMessageBatch"`) fail like this, after those planned before. */
  plan(action: string, fault: Fault, times = 1): void {
    const planned = this.#planned.get(action) ?? [];
    this.#planned.set(action, [...planned, ...Array.from({ length: times }, () => fault)]);
  }

  /** Nothing fails any more. */
  clear(): void {
    this.#planned.clear();
  }

  /** The fault of this call, which is used up by it. */
  take(action: string): Fault | undefined {
    return this.#planned.get(action)?.shift();
  }
}

/** @throws QueueError for a fault that keeps the call from being done */
export function refuseBy(fault: Fault | undefined): void {
  if (fault === "throttled") {
    throw new QueueError("RequestThrottled", "The request was denied due to request throttling.", { status: 403 });
  }
  if (fault === "unavailable") throw new QueueError("ServiceUnavailable", "Service Unavailable", { status: 503 });
}
