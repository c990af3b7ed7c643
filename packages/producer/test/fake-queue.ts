import {
  type Clock,
  type DecodedMessage,
  decodeMessage,
  type EntryFailure,
  MAX_BATCH_ENTRIES,
  MAX_MESSAGE_BYTES,
  type QueueEntry,
  utf8Length,
} from "@penstock/model";
import fc from "fast-check";
import { expect } from "vitest";

export const START_MS = 1_795_475_070_000;

/** Time that never passes: a sleep ends as soon as others had their turn. */
export const clock: Clock = {
  now: () => START_MS,
  sleep: () => new Promise((resolve) => setImmediate(resolve)),
  random: () => 0.5,
};

/** What a queue does with one call. `failed` are bits: the entries that it refuses. */
export type Behaviour =
  | { readonly answer: "parts"; readonly failed: number; readonly senderFault?: boolean }
  | { readonly answer: "error" }
  /** It takes all, and the answer is lost. */
  | { readonly answer: "lost" };

/** Any, but that SQS puts the blame on the sender: that loses samples by right. */
export const anyBehaviour: fc.Arbitrary<Behaviour> = fc.oneof(
  fc.record({ answer: fc.constant("parts" as const), failed: fc.nat(1023) }),
  fc.record({ answer: fc.constantFrom("error" as const, "lost" as const) }),
);

export const DOWN: readonly Behaviour[] = Array.from({ length: 1000 }, () => ({ answer: "error" }));

/** A FIFO queue that holds callers to the rules of a call, deduplicates, and behaves as told, then well. */
export class FakeQueue {
  readonly entries: QueueEntry[] = [];
  readonly calls: (readonly QueueEntry[])[] = [];
  behaviours: Behaviour[];
  #deduplicationIds = new Set<string>();
  #busyGroups = new Set<string>();
  #callsInFlight = 0;
  /** The most at one time. */
  callsInFlight = 0;

  constructor(behaviours: readonly Behaviour[] = []) {
    this.behaviours = [...behaviours];
  }

  readonly send = async (entries: readonly QueueEntry[]): Promise<EntryFailure[]> => {
    this.calls.push(entries);
    expect(entries.length).toBeLessThanOrEqual(MAX_BATCH_ENTRIES);
    expect(entries.reduce((sum, { body }) => sum + utf8Length(body), 0)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
    for (const { group } of entries) {
      expect(this.#busyGroups.has(group), `two messages of ${group} are under way`).toBe(false);
      this.#busyGroups.add(group);
    }
    this.callsInFlight = Math.max(this.callsInFlight, ++this.#callsInFlight);
    await clock.sleep(1);
    for (const { group } of entries) this.#busyGroups.delete(group);
    this.#callsInFlight--;
    return this.#answer(entries, this.behaviours.shift() ?? { answer: "parts", failed: 0 });
  };

  get messages(): DecodedMessage[] {
    return this.entries.map(({ body }) => {
      const decoded = decodeMessage(body);
      if (!decoded.ok) throw new Error(decoded.reject.detail);
      return decoded.message;
    });
  }

  /** Timestamps of a metric, in the queue's order. */
  timestampsOf(name: string): number[] {
    return this.messages
      .flatMap(({ series }) => series)
      .filter(({ labels }) => labels.some(([label, value]) => label === "__name__" && value === name))
      .flatMap(({ timestamps }) => timestamps);
  }

  #answer(entries: readonly QueueEntry[], behaviour: Behaviour): EntryFailure[] {
    if (behaviour.answer === "error") throw new Error("ServiceUnavailable");
    const failures: EntryFailure[] = [];
    for (const [index, entry] of entries.entries()) {
      if (behaviour.answer === "parts" && (behaviour.failed >> index) & 1) {
        failures.push({ index, senderFault: behaviour.senderFault ?? false, detail: "InternalError: try again" });
      } else if (!this.#deduplicationIds.has(entry.deduplicationId)) {
        this.#deduplicationIds.add(entry.deduplicationId);
        this.entries.push(entry);
      }
    }
    if (behaviour.answer === "lost") throw new Error("socket hang up");
    return failures;
  }
}
