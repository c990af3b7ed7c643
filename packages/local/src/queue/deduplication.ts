import { DEDUPLICATION_WINDOW_MS } from "@penstock/model";
import { LinkedList } from "./linked-list.ts";

/** A message as the deduplication remembers it. */
export interface Remembered {
  readonly messageId: string;
  readonly sequenceNumber: string;
}

/**
 * The deduplication ids of the last five minutes. They outlive their messages: an id is remembered after its message
 * was received and deleted (SQS API reference, MessageDeduplicationId).
 */
export class Deduplication {
  readonly #byKey = new Map<string, Remembered>();
  /** Oldest first, since the window is the same for all. */
  readonly #byAge = new LinkedList<{ readonly key: string; readonly message: Remembered; readonly atMs: number }>();

  /** The message that took this id less than five minutes before `nowMs`. */
  recall(key: string, nowMs: number): Remembered | undefined {
    this.#forget(nowMs);
    return this.#byKey.get(key);
  }

  remember(key: string, message: Remembered, nowMs: number): void {
    this.#byKey.set(key, message);
    this.#byAge.append({ key, message, atMs: nowMs });
  }

  #forget(nowMs: number): void {
    for (;;) {
      const oldest = this.#byAge.first;
      if (!oldest || oldest.atMs + DEDUPLICATION_WINDOW_MS > nowMs) return;
      this.#byAge.shift();
      if (this.#byKey.get(oldest.key) === oldest.message) this.#byKey.delete(oldest.key);
    }
  }
}
