import type { Random } from "./random.ts";

interface Event {
  readonly atMs: number;
  /** Drawn, so that what happens at one time happens in any order. */
  readonly order: number;
  readonly happen: () => void;
}

/** A world that never comes to rest is a fault too. */
const MAX_EVENTS = 400_000;

/** Virtual time: a list of what is to happen, and a clock that jumps to the next of it. */
export class Scheduler {
  readonly #random: Random;
  readonly #heap: Event[] = [];
  #nowMs: number;
  #events = 0;

  constructor(startMs: number, random: Random) {
    this.#nowMs = startMs;
    this.#random = random;
  }

  /** Epoch milliseconds, whole. */
  readonly now = (): number => this.#nowMs;

  /** Lets something happen after so many milliseconds. */
  after(ms: number, happen: () => void): void {
    this.at(this.#nowMs + ms, happen);
  }

  /** Lets something happen at a time; at once when that is over. */
  at(ms: number, happen: () => void): void {
    const event = { atMs: Math.max(this.#nowMs, Math.ceil(ms)), order: this.#random.next(), happen };
    const heap = this.#heap;
    let i = heap.push(event) - 1;
    for (let parent = (i - 1) >> 1; i > 0 && isBefore(event, heap[parent]!); parent = (i - 1) >> 1) {
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = event;
  }

  /**
   * Lets everything happen until `endMs`, and before that until nothing is left. Between two events all promises that
   * can move on do so.
   *
   * @throws Error when there is no end to it
   */
  async run(endMs: number): Promise<void> {
    for (let event = this.#next(endMs); event; event = this.#next(endMs)) {
      if (++this.#events > MAX_EVENTS) throw new Error(`Expected at most ${MAX_EVENTS} events in one world, got more`);
      this.#nowMs = event.atMs;
      event.happen();
      await settled();
    }
    if (endMs !== Infinity) this.#nowMs = Math.max(this.#nowMs, endMs);
  }

  #next(endMs: number): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (!first || first.atMs > endMs) return undefined;
    const last = heap.pop()!;
    if (heap.length > 0) sink(heap, last);
    return first;
  }
}

function sink(heap: Event[], event: Event): void {
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, event)) break;
    heap[i] = heap[child]!;
    i = child;
  }
  heap[i] = event;
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** Resolves once no promise can move on by itself. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * `AbortSignal.timeout` is the one timer that the consumer sets past its clock port. While `work` runs it counts in
 * virtual time.
 */
export async function withVirtualTimeouts<T>(scheduler: Scheduler, work: () => Promise<T>): Promise<T> {
  const real = AbortSignal.timeout;
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    scheduler.after(ms, () => controller.abort(new DOMException("The operation timed out", "TimeoutError")));
    return controller.signal;
  };
  try {
    return await work();
  } finally {
    AbortSignal.timeout = real;
  }
}
