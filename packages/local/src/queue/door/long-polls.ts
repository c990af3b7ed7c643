import type { Account } from "../account.ts";
import { QueueError, queueDoesNotExist } from "../errors.ts";
import type { Delivery } from "../message.ts";
import type { FifoQueue, ReceiveOptions } from "../queue.ts";
import { MAX_LONG_POLLS, MAX_TIMER_MS } from "./limits.ts";

interface LongPoll {
  readonly queue: FifoQueue;
  readonly options: ReceiveOptions;
  settle(deliveries: readonly Delivery[] | QueueError): void;
}

/**
 * Receives that wait for a message. They are looked at again after every operation on the account, and when the
 * account says that something happens by itself: a send, a freed group and the end of a visibility timeout all wake
 * them. The one that has waited longest is served first.
 */
export class LongPolls {
  readonly #account: Account;
  readonly #waiting = new Set<LongPoll>();
  readonly #stopListening: () => void;
  #timer: NodeJS.Timeout | undefined;
  #scheduled = false;

  constructor(account: Account) {
    this.#account = account;
    this.#stopListening = account.onChange(() => this.#schedule());
  }

  /** Receives that wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Waits for messages of `queue`, for at most `waitMs`; empty when none came, or `signal` was aborted before.
   *
   * @throws QueueError when the queue is deleted meanwhile, or too many receives wait
   */
  wait(queue: FifoQueue, options: ReceiveOptions, waitMs: number, signal: AbortSignal): Promise<readonly Delivery[]> {
    if (this.#waiting.size >= MAX_LONG_POLLS) {
      throw new QueueError("OverLimit", `More than ${MAX_LONG_POLLS} receives are waiting.`, { status: 403 });
    }
    return new Promise((resolve, reject) => {
      const end = () => poll.settle([]);
      const timeout = setTimeout(end, waitMs);
      const poll: LongPoll = {
        queue,
        options,
        settle: (deliveries) => {
          clearTimeout(timeout);
          signal.removeEventListener("abort", end);
          this.#waiting.delete(poll);
          if (deliveries instanceof QueueError) reject(deliveries);
          else resolve(deliveries);
        },
      };
      signal.addEventListener("abort", end);
      this.#waiting.add(poll);
      this.#schedule();
    });
  }

  /** Ends all that wait, empty-handed. */
  close(): void {
    this.#stopListening();
    clearTimeout(this.#timer);
    for (const poll of this.#waiting) poll.settle([]);
  }

  /** Serves once the operation that is under way is over. */
  #schedule(): void {
    if (this.#scheduled || this.#waiting.size === 0) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#serve();
    });
  }

  #serve(): void {
    // Asked before looking: what falls due from here on is later than this, and wakes by the timer.
    const nextMs = this.#account.nextEventMs();
    for (const poll of this.#waiting) {
      const { queue, options } = poll;
      if (this.#account.find(queue.name) !== queue) poll.settle(queueDoesNotExist());
      else if (queue.deliverable) this.#deliver(poll, queue.receive(options));
    }
    this.#setTimer(nextMs);
  }

  #deliver(poll: LongPoll, deliveries: readonly Delivery[]): void {
    // Empty when all there was went to the dead-letter queue.
    if (deliveries.length > 0) poll.settle(deliveries);
  }

  #setTimer(nextMs: number | undefined): void {
    clearTimeout(this.#timer);
    if (nextMs === undefined || this.#waiting.size === 0) return;
    const delayMs = Math.min(Math.max(nextMs - this.#account.now(), 1), MAX_TIMER_MS);
    this.#timer = setTimeout(() => this.#schedule(), delayMs);
  }
}
