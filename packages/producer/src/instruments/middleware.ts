import type { FlushResult } from "../producer.ts";
import { countOfSamples } from "../refusal.ts";
import { within } from "./within.ts";

/** A send takes tens of milliseconds; the first of a process opens a connection as well. */
const TIMEOUT_MARGIN_MS = 1_000;
/** A queue in trouble shall not hold up who waits for the handler's answer: what is unsent goes with the next flush. */
const MAX_WAIT_MS = 1_000;
/** Kept of the invocation for the rest of the handler's middleware. */
const RESERVE_MS = 50;

/** What {@link flushMetrics} needs of `Metrics`, or of a `Producer`. */
export interface Flushable {
  flush(): Promise<FlushResult>;
}

/** When {@link flushMetrics} flushes, how long that may take, and who hears of trouble. */
export interface FlushMetricsOptions {
  /** So many milliseconds before the invocation's timeout it is flushed while the handler still runs; 1,000. */
  readonly timeoutMarginMs?: number;
  /** The longest that an answer waits for its flush, in milliseconds; 1,000. */
  readonly maxWaitMs?: number;
  /** Hears, in a sentence, of every flush that did not send all. The console by default. */
  readonly onWarning?: (sentence: string) => void;
}

/** A middleware for middy. It says nothing of the request's type, so that middy infers a handler's from others. */
export interface FlushMiddleware {
  readonly before: (request: object) => void;
  readonly after: (request: object) => Promise<void>;
  readonly onError: (request: object) => Promise<void>;
}

/**
 * A middy middleware that flushes at the end of every invocation, and before a timeout: Lambda freezes the process when
 * the handler has answered and may never thaw it. Use it first, so that it flushes last. It never fails a handler; what
 * could not be sent is told and goes with the next invocation's flush, if this environment sees one.
 *
 * @example export const handler = middy(work).use(flushMetrics(metrics));
 */
export function flushMetrics(metrics: Flushable, options: FlushMetricsOptions = {}): FlushMiddleware {
  const { timeoutMarginMs = TIMEOUT_MARGIN_MS, maxWaitMs = MAX_WAIT_MS } = options;
  const onWarning = options.onWarning ?? ((sentence: string) => console.warn(`penstock: ${sentence}`));
  const timers = new WeakMap<object, NodeJS.Timeout>();

  const flush = async (waitMs: number): Promise<void> => {
    try {
      const result = await within(waitMs, metrics.flush());
      if (result === "late") onWarning(`The flush did not end within ${waitMs} ms: what is unsent goes with the next.`);
      else if (result.unsent > 0)
        onWarning(`The queue has not taken ${countOfSamples(result.unsent)} so far: the next flush tries again.`);
    } catch (error) {
      console.warn(`penstock: A flush failed: ${String(error)}`);
    }
  };
  const end = async (request: object): Promise<void> => {
    clearTimeout(timers.get(request));
    await flush(Math.max(0, Math.min(maxWaitMs, remainingMs(request) - RESERVE_MS)));
  };
  return {
    before: (request) => {
      const waitMs = remainingMs(request) - timeoutMarginMs;
      if (!Number.isFinite(waitMs)) return;
      const timer = setTimeout(() => void flush(timeoutMarginMs), Math.max(0, waitMs));
      // When another middleware answers early, nobody clears it.
      timers.set(request, timer.unref());
    },
    after: end,
    onError: end,
  };
}

/** Infinite where there is no Lambda. */
function remainingMs(request: { readonly context?: { getRemainingTimeInMillis?(): number } }): number {
  return request.context?.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY;
}
