import type { Chance } from "./chance.ts";
import type { Fault } from "./proxy.ts";

/** Shares of the requests that something happens to. */
const FAULT_SHARE = 0.06;
/** Longer than a worker waits for the receiver, so that some answers come too late. */
const MAX_STALL_MS = 1_200;
/**
 * A receive's answer on its way ages the lock without the worker's knowing: it counts from when the answer came. What it
 * keeps free at the end (half a second for the way, a second to settle) has to cover the way, or two workers write one series.
 */
const MAX_QUEUE_STALL_MS = 400;

/** One send in so many begins an outage of the dead-letter queue, longer than a flush tries to get through. */
const OUTAGE_SHARE = 0.15;
const OUTAGE_MS = [1_000, 2_500] as const;
const OUTAGE_FAULTS = ["reset", "unavailable", "answer-lost"] as const;

const WAY_FAULTS = ["reset", "half-request", "unavailable", "half-answer", "answer-lost"] as const;

export type FaultKind = Fault["kind"];
export type FaultCounts = Partial<Record<FaultKind, number>>;

/** Draws what goes wrong on the way, and counts it. Quiet once it is told to. */
export class Trouble {
  readonly counts: FaultCounts = {};
  readonly #chance: Chance;
  #outageEndsAt = 0;
  #quiet = false;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** Nothing goes wrong any more. */
  calm(): void {
    this.#quiet = true;
  }

  /** On the way to the queue. */
  toQueue(): Fault | undefined {
    return this.#draw(MAX_QUEUE_STALL_MS);
  }

  /** On the way to the dead-letter queue: seldom asked, so what goes wrong goes wrong for a while. */
  toDeadLetters(): Fault | undefined {
    if (this.#quiet) return undefined;
    const now = performance.now();
    if (now >= this.#outageEndsAt && this.#chance.happens(OUTAGE_SHARE)) {
      this.#outageEndsAt = now + this.#chance.integer(...OUTAGE_MS);
    }
    if (now >= this.#outageEndsAt) return this.toQueue();
    const kind = this.#chance.of(OUTAGE_FAULTS);
    this.count(kind);
    return { kind };
  }

  /** On the way to the receiver. */
  toReceiver(): Fault | undefined {
    return this.#draw(MAX_STALL_MS);
  }

  count(kind: FaultKind): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
  }

  #draw(maxStallMs: number): Fault | undefined {
    if (this.#quiet || !this.#chance.happens(FAULT_SHARE)) return undefined;
    const kind = this.#chance.of([...WAY_FAULTS, "stalled-request", "stalled-answer"] as const);
    this.count(kind);
    if (kind === "stalled-request" || kind === "stalled-answer") {
      return { kind, ms: this.#chance.integer(50, maxStallMs) };
    }
    return { kind };
  }
}
