import { MAX_BATCH_ENTRIES } from "@penstock/model";
import type { HeldMessage, Queue } from "../queue.ts";

/** For how long a letter is ours unless it is given back: a sweep that is killed hides what it held for so long. */
const VISIBILITY_MS = 60_000;
/** A receive that waits asks all of SQS's servers, one that does not asks some (SQS Developer Guide, "Short and long polling"). */
const LAST_WAIT_MS = 1_000;
const RECEIVES_AT_ONCE = 4;

/** Takes what SQS hands out, by several calls beside each other, and knows which groups it may have been cut short in. */
export class Receives {
  readonly #queue: Queue;
  readonly #cutGroups = new Set<string>();

  constructor(queue: Queue) {
    this.#queue = queue;
  }

  /** Groups of which a receive had no room for all that it might have had. */
  cutGroups(): ReadonlySet<string> {
    return new Set(this.#cutGroups);
  }

  forgetCuts(): void {
    this.#cutGroups.clear();
  }

  /** Messages, at most so many; none when SQS has nothing to hand out. @throws {RemoteError} */
  async next(most: number): Promise<readonly HeldMessage[]> {
    const room = Math.min(most, RECEIVES_AT_ONCE * MAX_BATCH_ENTRIES);
    const max = Math.min(room, MAX_BATCH_ENTRIES);
    const receive = (waitMs: number): Promise<readonly HeldMessage[]> =>
      this.#queue.receive({ max, visibilityMs: VISIBILITY_MS, waitMs });
    const calls = Array.from({ length: Math.floor(room / max) }, () => receive(0));
    const settled = await Promise.allSettled(calls);
    const received = settled.flatMap((call) => (call.status === "fulfilled" ? [call.value] : []));
    const messages = received.flat();
    for (const some of received) this.#noteCut(some, max);
    // What one call brought is in our hands, and must be settled before another's failure ends the sweep.
    const failed = settled.find((call) => call.status === "rejected");
    if (failed && messages.length === 0) throw failed.reason;
    return messages.length > 0 ? messages : receive(LAST_WAIT_MS);
  }

  #noteCut(received: readonly HeldMessage[], max: number): void {
    const last = received.at(-1)?.group;
    const isCut = received.length === max && !received.every(({ group }) => group === last);
    if (last !== undefined && isCut) this.#cutGroups.add(last);
  }
}
